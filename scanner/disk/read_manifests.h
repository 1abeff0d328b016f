// Reads every manifest of a store on a disk into a graph.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "scanner/inventory/manifest_graph.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

struct ManifestProgress {
  std::atomic<std::uint64_t> wanted{0};
  std::atomic<std::uint64_t> read{0};
};

// Blobs that nothing names and that may be manifests all the same.
using Candidates =
    std::function<BlobsByRepository(const ManifestGraph& so_far)>;

// `candidates`, where there is one, is asked once all that anything names has
// been read. What looks like a manifest among them and is of a kind that
// servers serve becomes part of the graph, with all that it names.
ManifestGraph read_manifests(int v2, const Inventory& inventory,
                             const StopRequest& stop,
                             ManifestProgress& progress,
                             const Candidates& candidates = {});

}  // namespace dregs
