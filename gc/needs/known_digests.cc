#include "gc/needs/known_digests.h"

#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {}  // namespace

std::vector<Digest> digests_beginning_with(const std::string& hex,
                                           const Inventory& inventory,
                                           const ManifestGraph& graph) {
  std::vector<Digest> found;
  const auto look_at = [&](const Digest& digest) {
    if (digest.hex().starts_with(hex)) found.push_back(digest);
  };
  for (std::size_t id = 0; id < graph.id_count(); ++id)
    if (const Digest* digest =
            graph.digest(inventory, static_cast<DigestId>(id)))
      look_at(*digest);
  for (const Repository& repository : inventory.repositories) {
    for (const Digest& digest : repository.empty_revisions) look_at(digest);
    for (const Digest& digest : repository.empty_layers) look_at(digest);
    for (const HistoryEntry& entry : repository.history) look_at(entry.digest);
  }
  sort_unique(found);
  return found;
}

std::vector<Digest> digests_behind(const std::string& alias,
                                   const Inventory& inventory) {
  std::vector<Digest> found;
  for (const Repository& repository : inventory.repositories)
    for (const LayerAlias& each : repository.aliases)
      if (each.target && each.digest.starts_with(alias))
        found.push_back(*each.target);
  sort_unique(found);
  return found;
}

}  // namespace dregs
