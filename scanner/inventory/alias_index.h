// What a reference by anything but sha256 may stand for, by the alias links of
// all repositories and by what is stored (format.md#3.6). Frozen once built:
// any number of threads may read.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "scanner/inventory/inventory.h"
#include "scanner/inventory/manifest_graph.h"

namespace dregs {

class AliasIndex {
 public:
  // The inventory is borrowed. Of the graph only the repositories are asked.
  AliasIndex(const Inventory& inventory, const ManifestGraph& graph);
  // All targets of the digest, anywhere: what alias links name, and what is
  // stored under the digest itself.
  std::span<const DigestId> targets(const std::string& digest) const;
  // Whether blobs/<alg>/… holds the digest itself.
  bool stored(const std::string& digest) const;
  // Whether what the digest may stand for is there.
  bool lead_to_a_blob(const std::string& digest,
                      const ManifestGraph& graph) const;

 private:
  const Inventory& inventory_;
  std::unordered_map<std::string, std::vector<DigestId>> targets_;
};

}  // namespace dregs
