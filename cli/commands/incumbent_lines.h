// What `registry garbage-collect` of Distribution 3.x prints, for scripts that
// look for its lines: format.md#4.4. Made from what dregs keeps and removes, so
// where it is the more careful one its lines differ.
#pragma once

#include "gc/decide/plan.h"
#include "gc/mark/mark.h"
#include "scanner/inventory/inventory.h"
#include "scanner/inventory/manifest_graph.h"

namespace dregs {

// On stdout; `marks` and `plan` are those of one run. Pure but for that.
void print_incumbent_lines(const Inventory& inventory,
                           const ManifestGraph& graph, const MarkSet& marks,
                           const Plan& plan, bool delete_untagged);

}  // namespace dregs
