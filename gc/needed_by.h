// Whom a damaged or missing digest hurts. Pure and parallel, like mark().
#pragma once

#include <vector>

#include "scanner/inventory.h"
#include "scanner/manifest_graph.h"

namespace dregs {

// Fills needed_by of every error or warning that has a digest: the tags of
// its repository (of all repositories where it names none) that reach the
// digest, and the revisions that do and that no tag reaches.
void fill_needed_by(const Inventory& inventory, const ManifestGraph& graph,
                    std::vector<Finding>& findings);

}  // namespace dregs
