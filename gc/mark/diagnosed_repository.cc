#include "gc/mark/diagnosed_repository.h"

#include <algorithm>
#include <iterator>

#include "scanner/formats/layout.h"

namespace dregs {

DiagnosedRepository::DiagnosedRepository(const Inventory& all,
                                         const ManifestGraph& manifests,
                                         const AliasIndex& names,
                                         bool is_proxy_cache,
                                         std::size_t position)
    : inventory(all),
      graph(manifests),
      aliases(names),
      proxy_cache(is_proxy_cache),
      repository(all.repositories[position]),
      ids(manifests.repository(position)) {
  std::copy_if(ids.layers.begin(), ids.layers.end(), std::back_inserter(linked),
               [&](DigestId id) { return graph.present(id); });
}

std::string DiagnosedRepository::name_of(DigestId id) const {
  return graph.name(inventory, id);
}

std::string DiagnosedRepository::blob_path(DigestId id) const {
  const Digest* digest = graph.digest(inventory, id);
  return digest != nullptr ? layout::blob_data(*digest)
                           : layout::other_blob_data(name_of(id));
}

bool DiagnosedRepository::has_revision(const Digest& digest) const {
  return std::ranges::binary_search(repository.revisions, digest);
}

bool DiagnosedRepository::is_damaged(DigestId id) const {
  const ManifestNode* node = graph.node(id);
  return node != nullptr && (node->state == ManifestState::corrupt ||
                             node->state == ManifestState::unreadable);
}

}  // namespace dregs
