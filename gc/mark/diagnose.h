// What is wrong with the images, and which repositories cannot be understood
// (format.md#1.6, #2, #3; #row-9 to #row-39). Pure, like mark().
#pragma once

#include <vector>

#include "gc/mark/mark.h"

namespace dregs {

struct Diagnosis {
  std::vector<Finding> findings;  // the scan's too; sorted, needed_by filled in
  Pins pins;                      // the scan's reasons too
};

// Looks at everything that every revision and tag reaches, whatever a policy
// would keep of it. `proxy_cache`: missing parts are normal (6.4), and all
// that links name is kept.
Diagnosis diagnose(const Inventory& inventory, const ManifestGraph& graph,
                   bool proxy_cache);

}  // namespace dregs
