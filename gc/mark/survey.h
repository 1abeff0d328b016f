// Everything that is known about a store before anything is decided: one scan,
// every manifest, what is wrong. What all commands start from.
#pragma once

#include "gc/mark/diagnose.h"
#include "scanner/inventory/manifest_graph.h"
#include "scanner/inventory/surroundings.h"

namespace dregs {

struct Survey {
  Inventory inventory;
  ManifestGraph graph;
  Diagnosis diagnosis;
  Surroundings surroundings;
};

}  // namespace dregs
