#include "scanner/store/read_signatures.h"

namespace dregs {
namespace {

// Only schema1 revisions of registries before 2.5 have them. What cannot be
// read may have been one, and doubt keeps.
bool may_have_signatures(const ManifestNode* node) {
  return node == nullptr || !node->understood() ||
         node->kind == ManifestKind::schema1;
}

}  // namespace

void read_signatures(const ManifestSource& source, GraphWriter& writer) {
  const std::vector<Repository>& all = writer.inventory().repositories;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::vector<DigestId>& ids = writer.graph().repository(i).revisions;
    for (std::size_t r = 0; r < ids.size(); ++r) {
      if (!may_have_signatures(writer.graph().node(ids[r]))) continue;
      writer.add_signatures(i, r,
                            source.signatures(all[i], all[i].revisions[r]));
    }
  }
}

}  // namespace dregs
