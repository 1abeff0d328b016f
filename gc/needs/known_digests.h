// Every digest that a store holds or names. Pure.
#pragma once

#include <string>
#include <vector>

#include "scanner/inventory/inventory.h"
#include "scanner/inventory/manifest_graph.h"

namespace dregs {

// Those that begin with these hex digits; sorted, each once. Blobs, what
// manifests and links name, and what deleted revisions were.
std::vector<Digest> digests_beginning_with(const std::string& hex,
                                           const Inventory& inventory,
                                           const ManifestGraph& graph);

// What a sha384, sha512 or tarsum name stands for, wherever an alias link has
// it (format.md#3.6).
std::vector<Digest> digests_behind(const std::string& alias,
                                   const Inventory& inventory);

}  // namespace dregs
