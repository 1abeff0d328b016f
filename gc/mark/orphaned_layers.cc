#include "gc/mark/orphaned_layers.h"

#include <tbb/enumerable_thread_specific.h>

#include <numeric>
#include <vector>

#include "gc/mark/closure.h"
#include "gc/mark/roots.h"
#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {

void add_orphans(const Inventory& inventory, const ManifestGraph& graph,
                 std::size_t repository, Closure& closure,
                 std::vector<BlobId>& orphans) {
  const RepositoryIds& ids = graph.repository(repository);
  closure.start(repository);
  add_all_roots(closure, ids);
  for (const auto* links : {&ids.layers, &ids.aliases})
    for (const DigestId id : *links)
      if (graph.present(id) && !closure.reached(id) &&
          inventory.blobs[id].size <= kLargestServedManifest)
        orphans.push_back(id);
  sort_unique(orphans);
}

}  // namespace

BlobsByRepository orphaned_layers(const Inventory& inventory,
                                  const ManifestGraph& graph) {
  std::vector<std::size_t> all(inventory.repositories.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return orphaned_layers(inventory, graph, all);
}

BlobsByRepository orphaned_layers(const Inventory& inventory,
                                  const ManifestGraph& graph,
                                  std::span<const std::size_t> repositories) {
  const AliasIndex aliases(inventory, graph);
  tbb::enumerable_thread_specific<Closure> closures(
      [&] { return Closure(inventory, graph, aliases); });
  BlobsByRepository orphans(inventory.repositories.size());
  for_each_below(repositories.size(), [&](std::size_t at) {
    const std::size_t i = repositories[at];
    add_orphans(inventory, graph, i, closures.local(), orphans[i]);
  });
  return orphans;
}

}  // namespace dregs
