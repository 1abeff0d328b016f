// A DiagnosedRepository is what diagnose() looks at when it looks at one
// repository. It borrows everything that its constructor is given. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "scanner/inventory/alias_index.h"
#include "scanner/inventory/inventory.h"
#include "scanner/inventory/manifest_graph.h"

namespace dregs {

struct DiagnosedRepository {
  DiagnosedRepository(const Inventory& inventory, const ManifestGraph& graph,
                      const AliasIndex& aliases, bool proxy_cache,
                      std::size_t position);

  std::string name_of(DigestId id) const;
  // Returns the path of its file, relative to the v2 folder.
  std::string blob_path(DigestId id) const;
  bool has_revision(const Digest& digest) const;
  // Is true for a manifest whose file is corrupt or cannot be read.
  bool is_damaged(DigestId id) const;

  const Inventory& inventory;
  const ManifestGraph& graph;
  const AliasIndex& aliases;
  bool proxy_cache;  // missing parts are normal (format.md#6.4)
  const Repository& repository;
  const RepositoryIds& ids;
  // The blobs among its layers. They are sorted, as BlobIds have the order of
  // the digests.
  std::vector<BlobId> linked;
};

}  // namespace dregs
