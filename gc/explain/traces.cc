#include "gc/explain/traces.h"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <set>

#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"
#include "scanner/manifests/manifest.h"

namespace dregs {
namespace {

bool is_among(const std::vector<Digest>& sorted, const Digest& digest) {
  return std::binary_search(sorted.begin(), sorted.end(), digest);
}

class Tracer {
 public:
  Tracer(const StoreReader& store, const Inventory& inventory,
         const Digest& digest)
      : store_(store), inventory_(inventory), digest_(digest) {}

  Traces run() {
    tbb::enumerable_thread_specific<Traces> shares;
    tbb::parallel_for(std::size_t{0}, inventory_.repositories.size(),
                      [&](std::size_t i) {
                        look_at(inventory_.repositories[i], shares.local());
                      });
    Traces all;
    for (Traces& share : shares) gather(share, all);
    std::sort(all.layer_links.begin(), all.layer_links.end());
    std::sort(all.history.begin(), all.history.end());
    std::sort(all.former.begin(), all.former.end(),
              [](const FormerOwner& a, const FormerOwner& b) {
                return std::tie(a.repository, a.manifest) <
                       std::tie(b.repository, b.manifest);
              });
    return all;
  }

 private:
  void look_at(const Repository& repository, Traces& traces) const {
    if (is_among(repository.layers, digest_) ||
        std::any_of(repository.aliases.begin(), repository.aliases.end(),
                    [&](const LayerAlias& a) { return a.target == digest_; }))
      traces.layer_links.push_back(repository.name);
    for (const HistoryEntry& entry : repository.history)
      if (entry.digest == digest_)
        traces.history.push_back(repository.name + ":" +
                                 repository.tags[entry.tag].name);
    for (const Digest& manifest : deleted_from(repository))
      if (manifest == digest_ || names_it(manifest))
        traces.former.push_back(
            {repository.name, manifest, deleted_at(repository, manifest)});
  }

  static std::set<Digest> deleted_from(const Repository& repository) {
    std::set<Digest> deleted(repository.empty_revisions.begin(),
                             repository.empty_revisions.end());
    for (const HistoryEntry& entry : repository.history)
      if (!is_among(repository.revisions, entry.digest))
        deleted.insert(entry.digest);
    return deleted;
  }

  bool names_it(const Digest& manifest) const {
    if (!inventory_.blobs.find(manifest)) return false;
    const BlobContent content =
        store_.read_blob(manifest, kLargestServedManifest);
    return content.state == BlobContent::State::sound &&
           content.bytes.find(digest_.to_string()) != std::string::npos;
  }

  std::optional<std::int64_t> deleted_at(const Repository& repository,
                                         const Digest& manifest) const {
    if (!is_among(repository.empty_revisions, manifest)) return std::nullopt;
    return store_.modified_time(layout::revision(repository.name, manifest));
  }

  static void gather(Traces& share, Traces& all) {
    append(all.layer_links, std::move(share.layer_links));
    append(all.history, std::move(share.history));
    append(all.former, std::move(share.former));
  }

  const StoreReader& store_;
  const Inventory& inventory_;
  const Digest& digest_;
};

}  // namespace

Traces find_traces(const StoreReader& store, const Inventory& inventory,
                   const Digest& digest) {
  return Tracer(store, inventory, digest).run();
}

}  // namespace dregs
