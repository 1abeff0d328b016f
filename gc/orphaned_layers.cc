#include "gc/orphaned_layers.h"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>

#include "gc/closure.h"
#include "gc/roots.h"
#include "scanner/append.h"

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
          graph.node(id) == nullptr &&
          inventory.blobs[id].size <= kLargestServedManifest)
        orphans.push_back(id);
}

}  // namespace

std::vector<BlobId> orphaned_layers(const Inventory& inventory,
                                    const ManifestGraph& graph) {
  const AliasIndex aliases(inventory, graph);
  tbb::enumerable_thread_specific<Closure> closures(
      [&] { return Closure(inventory, graph, aliases); });
  tbb::enumerable_thread_specific<std::vector<BlobId>> found;
  for_each_repository(inventory, [&](std::size_t i) {
    // A pinned one keeps all that it links.
    if (inventory.repositories[i].pins.empty())
      add_orphans(inventory, graph, i, closures.local(), found.local());
  });
  std::vector<BlobId> all;
  for (std::vector<BlobId>& some : found) append(all, std::move(some));
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace dregs
