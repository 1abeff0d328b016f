#include "gc/explain/tag_history.h"

#include <algorithm>

#include "scanner/formats/layout.h"

namespace dregs {
namespace {

bool is_newer(const TagRevision& a, const TagRevision& b) {
  if (a.pushed_ns != b.pushed_ns) return a.pushed_ns > b.pushed_ns;
  return a.current != b.current ? a.current : a.digest < b.digest;
}

}  // namespace

std::vector<TagRevision> read_tag_history(const StoreReader& store,
                                          const std::string& repository,
                                          const Tag& tag) {
  std::vector<Digest> digests =
      store.digests_in(layout::history(repository, tag.name));
  if (tag.current &&
      std::find(digests.begin(), digests.end(), *tag.current) == digests.end())
    digests.push_back(*tag.current);
  std::vector<TagRevision> revisions;
  revisions.reserve(digests.size());
  for (const Digest& digest : digests) {
    TagRevision& revision = revisions.emplace_back();
    revision.digest = digest;
    revision.current = tag.current == digest;
    revision.pushed_ns = store.modified_time(
        revision.current ? layout::current_link(repository, tag.name)
                         : layout::link_in(layout::history_entry(
                               repository, tag.name, digest)));
    const std::string link =
        layout::link_in(layout::revision(repository, digest));
    revision.linked = store.link_target(link) == digest;
    revision.stored =
        store.stat_blob(digest).state == BlobContent::State::sound;
  }
  std::sort(revisions.begin(), revisions.end(), is_newer);
  return revisions;
}

}  // namespace dregs
