// What is left of those who once needed a digest: it tells since when, and
// through whose deletion, something is garbage. Reads only; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scanner/inventory/inventory.h"
#include "scanner/store/store_reader.h"

namespace dregs {

// A manifest that a repository has no revision of any more, and that is, or
// names, the digest.
struct FormerOwner {
  std::string repository;
  Digest manifest;
  // When its link was removed: mtime of the folder that the API leaves, ns
  // since epoch. None where only a tag's history remembers it.
  std::optional<std::int64_t> deleted_ns;
};

struct Traces {
  std::vector<std::string> layer_links;  // repositories that link it; sorted
  std::vector<std::string> history;      // REPO:TAG that once meant it; sorted
  std::vector<FormerOwner> former;       // by repository and manifest
};

Traces find_traces(const StoreReader& store, const Inventory& inventory,
                   const Digest& digest);

}  // namespace dregs
