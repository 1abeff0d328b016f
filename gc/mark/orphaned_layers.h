// Layer links that no image of their repository needs: nearly always garbage,
// but registry 2.1 linked manifests like layers, and servers up to 2.8 serve
// those by digest (format.md#2). Pure and parallel, like mark().
//
// What it costs to read them was measured: four system calls for each that
// looks like JSON, three for any other, none for what is larger than a manifest
// may be. A dry run over 20,000 configs that nothing needs took 0.74 s of
// processor time instead of 0.38 s. The run that follows removes them, so each
// is read two or three times in its life.
#pragma once

#include <cstddef>
#include <span>

#include "scanner/inventory/inventory.h"
#include "scanner/inventory/manifest_graph.h"

namespace dregs {

// By repository: the blobs that such links lead to and that are not larger than
// a manifest may be, sorted. What they are can only be told by reading them.
// What a kept manifest names is not among them, whatever it is in other
// repositories: du and rm go by what one repository needs alone.
BlobsByRepository orphaned_layers(const Inventory& inventory,
                                  const ManifestGraph& graph);
// The same of these repositories alone; of the others, nothing.
BlobsByRepository orphaned_layers(const Inventory& inventory,
                                  const ManifestGraph& graph,
                                  std::span<const std::size_t> repositories);

}  // namespace dregs
