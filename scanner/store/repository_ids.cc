#include "scanner/store/repository_ids.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <optional>

#include "scanner/formats/count32.h"

namespace dregs {
namespace {

// kNoDigest for whatever no blob has.
RepositoryIds ids_of_blobs(const Repository& from, const GraphWriter& writer) {
  const auto find = [&](const Digest& digest) { return writer.lookup(digest); };
  const auto each = [&](const std::vector<Digest>& digests) {
    std::vector<DigestId> ids(digests.size());
    std::transform(digests.begin(), digests.end(), ids.begin(), find);
    return ids;
  };
  RepositoryIds to;
  to.revisions = each(from.revisions);
  to.layers = each(from.layers);
  to.led_to = each(from.led_to);
  to.tags.reserve(from.tags.size());
  for (const Tag& tag : from.tags)
    to.tags.push_back(tag.current ? find(*tag.current) : kNoDigest);
  for (const LayerAlias& alias : from.aliases)
    to.aliases.push_back(alias.target ? find(*alias.target) : kNoDigest);
  return to;
}

void intern_missing(const Repository& from, RepositoryIds& to,
                    GraphWriter& writer) {
  const auto each = [&](const std::vector<Digest>& digests,
                        std::vector<DigestId>& ids) {
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (ids[i] == kNoDigest) ids[i] = writer.intern(digests[i]);
  };
  each(from.revisions, to.revisions);
  each(from.layers, to.layers);
  each(from.led_to, to.led_to);
  for (std::size_t i = 0; i < to.tags.size(); ++i)
    if (to.tags[i] == kNoDigest && from.tags[i].current)
      to.tags[i] = writer.intern(*from.tags[i].current);
  for (std::size_t i = 0; i < to.aliases.size(); ++i)
    if (to.aliases[i] == kNoDigest && from.aliases[i].target)
      to.aliases[i] = writer.intern(*from.aliases[i].target);
}

void add_stored_otherwise(const Repository& from, RepositoryIds& to,
                          const Inventory& inventory) {
  const std::vector<std::string>& all = inventory.other_blobs;
  if (all.empty()) return;
  for (const std::string& digest : from.led_to_otherwise) {
    const auto at = std::lower_bound(all.begin(), all.end(), digest);
    if (at != all.end() && *at == digest)
      to.stored_otherwise.push_back(count32(
          inventory.blobs.size() + static_cast<std::size_t>(at - all.begin())));
  }
}

}  // namespace

// In parallel what blobs have, then one by one the few that none has.
void resolve_repositories(GraphWriter& writer) {
  const std::vector<Repository>& all = writer.inventory().repositories;
  std::vector<RepositoryIds> ids(all.size());
  tbb::parallel_for(std::size_t{0}, all.size(), [&](std::size_t i) {
    ids[i] = ids_of_blobs(all[i], writer);
  });
  for (std::size_t i = 0; i < all.size(); ++i) {
    intern_missing(all[i], ids[i], writer);
    add_stored_otherwise(all[i], ids[i], writer.inventory());
  }
  writer.set_repositories(std::move(ids));
}

}  // namespace dregs
