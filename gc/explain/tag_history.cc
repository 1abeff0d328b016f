#include "gc/explain/tag_history.h"

#include <algorithm>

#include "scanner/files/blob_content.h"
#include "scanner/files/descriptor.h"
#include "scanner/files/link.h"
#include "scanner/files/listing.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

std::vector<Digest> named_by_history(int v2, const std::string& path) {
  std::vector<Digest> digests;
  const Descriptor folder = open_folder(v2, path);
  if (!folder) return digests;
  for_each_entry(folder.get(), [&](FolderEntry entry) {
    if (const auto digest = Digest::from_hex(entry.name))
      digests.push_back(*digest);
  });
  return digests;
}

bool is_newer(const TagRevision& a, const TagRevision& b) {
  if (a.pushed_ns != b.pushed_ns) return a.pushed_ns > b.pushed_ns;
  return a.current != b.current ? a.current : a.digest < b.digest;
}

}  // namespace

std::vector<TagRevision> read_tag_history(int v2, const std::string& repository,
                                          const Tag& tag) {
  std::vector<Digest> digests =
      named_by_history(v2, layout::history(repository, tag.name));
  if (tag.current &&
      std::find(digests.begin(), digests.end(), *tag.current) == digests.end())
    digests.push_back(*tag.current);
  std::vector<TagRevision> revisions;
  revisions.reserve(digests.size());
  for (const Digest& digest : digests) {
    TagRevision& revision = revisions.emplace_back();
    revision.digest = digest;
    revision.current = tag.current == digest;
    revision.pushed_ns = modified_time(
        v2, revision.current ? layout::current_link(repository, tag.name)
                             : layout::link_in(layout::history_entry(
                                   repository, tag.name, digest)));
    const std::string link =
        layout::link_in(layout::revision(repository, digest));
    revision.linked = read_link(v2, link.c_str()).target == digest;
    revision.stored = stat_blob(v2, digest).state == BlobContent::State::sound;
  }
  std::sort(revisions.begin(), revisions.end(), is_newer);
  return revisions;
}

}  // namespace dregs
