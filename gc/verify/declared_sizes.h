// How large a damaged blob should be, by what refers to it: a digest says no
// size, a descriptor does (format.md#3.2).
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "scanner/inventory/inventory.h"
#include "scanner/inventory/manifest_graph.h"
#include "scanner/store/store_reader.h"

namespace dregs {

// Bytes, as a sound manifest that names the digest says; digests of which none
// says a size are left out. Reads one such manifest for each; any thread.
std::map<Digest, std::uint64_t> declared_sizes(
    const StoreReader& store, const Inventory& inventory,
    const ManifestGraph& graph, const std::vector<Digest>& digests);

}  // namespace dregs
