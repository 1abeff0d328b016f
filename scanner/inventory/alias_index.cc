#include "scanner/inventory/alias_index.h"

#include <algorithm>

#include "scanner/formats/count32.h"

namespace dregs {

AliasIndex::AliasIndex(const Inventory& inventory, const ManifestGraph& graph)
    : inventory_(inventory) {
  for (std::size_t i = 0; i < inventory.repositories.size(); ++i) {
    const std::vector<LayerAlias>& aliases = inventory.repositories[i].aliases;
    for (std::size_t a = 0; a < aliases.size(); ++a) {
      const DigestId target = graph.repository(i).aliases[a];
      if (target != kNoDigest) targets_[aliases[a].digest].push_back(target);
    }
  }
  for (std::size_t i = 0; i < inventory.other_blobs.size(); ++i)
    targets_[inventory.other_blobs[i]].push_back(
        count32(inventory.blobs.size() + i));
}

std::span<const DigestId> AliasIndex::targets(const std::string& digest) const {
  const auto found = targets_.find(digest);
  return found == targets_.end() ? std::span<const DigestId>()
                                 : std::span(found->second);
}

bool AliasIndex::stored(const std::string& digest) const {
  return std::binary_search(inventory_.other_blobs.begin(),
                            inventory_.other_blobs.end(), digest);
}

bool AliasIndex::lead_to_a_blob(const std::string& digest,
                                const ManifestGraph& graph) const {
  const std::span<const DigestId> all = targets(digest);
  return stored(digest) ||
         std::any_of(all.begin(), all.end(),
                     [&](DigestId id) { return graph.present(id); });
}

}  // namespace dregs
