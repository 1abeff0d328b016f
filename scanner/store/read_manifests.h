// read_manifests() reads every manifest of a store into a graph.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "scanner/inventory/stop_request.h"
#include "scanner/store/manifest_source.h"

namespace dregs {

struct ManifestProgress {
  std::atomic<std::uint64_t> wanted{0};
  std::atomic<std::uint64_t> read{0};
};

// Returns for each repository the blobs that no manifest names and that may be
// manifests all the same.
using Candidates =
    std::function<BlobsByRepository(const ManifestGraph& so_far)>;

// `candidates` is called after everything is read that a tag, a revision or a
// manifest names. A candidate becomes part of the graph, with all that it
// names, where it is a manifest of a kind that servers serve.
ManifestGraph read_manifests(const ManifestSource& source,
                             const Inventory& inventory,
                             const StopRequest& stop,
                             ManifestProgress& progress,
                             const Candidates& candidates = {});

// Adds to the graph the candidates that nobody had read yet, in the same way.
ManifestGraph read_more_manifests(const ManifestSource& source,
                                  const Inventory& inventory,
                                  ManifestGraph graph,
                                  const BlobsByRepository& candidates);

}  // namespace dregs
