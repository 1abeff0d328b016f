// Whom a damaged or missing digest hurts. Pure and parallel, like mark().
#pragma once

#include <string>
#include <vector>

#include "scanner/inventory/inventory.h"
#include "scanner/inventory/manifest_graph.h"

namespace dregs {

// Fills needed_by of every error or warning that has a digest: the tags of
// its repository (of all repositories where it names none) that reach the
// digest, and the revisions that do and that no tag reaches.
void fill_needed_by(const Inventory& inventory, const ManifestGraph& graph,
                    std::vector<Finding>& findings);

// All tags and all revisions that something hurts, the revisions below those
// tags too; each sorted.
struct HurtImages {
  std::vector<std::string> tags;       // REPO:TAG
  std::vector<std::string> revisions;  // REPO@DIGEST
};

// One for each finding, parallel to them. Of one without a digest it is what
// needed_by says already.
std::vector<HurtImages> hurt_by(const Inventory& inventory,
                                const ManifestGraph& graph,
                                const std::vector<Finding>& findings);

// Whether an image that has this cannot be pulled, errors aside: servers answer
// 404 or 500, or clients refuse what they get.
bool breaks_images(const Finding& finding);

}  // namespace dregs
