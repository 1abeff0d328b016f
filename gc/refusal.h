// When not to begin (contract.md, exit code 3; format.md 6.3 to 6.5, section
// 8 rows 62 to 64, 74 to 76). Pure, but for look_around().
#pragma once

#include <string>
#include <vector>

#include "gc/plan.h"

namespace dregs {

// What stands beside v2 and changes what its contents mean.
struct Surroundings {
  bool database_in_use = false;  // GitLab: the truth is in PostgreSQL
  bool proxy_cache = false;      // scheduler-state.json or the config says so
};

// Reads the folders above the open v2 folder.
Surroundings look_around(int v2);
// The same of what the registry calls its root: above a v2 that a symbolic link
// leads to are other folders.
Surroundings look_around(const std::string& rootdirectory);

struct Refusal {
  std::string reason;   // one line
  std::string way_out;  // one line: what to check, which flag overrides
};

// Every reason, in a fixed order; empty where a plan of these totals may be
// carried out.
std::vector<Refusal> reasons_to_refuse(const Inventory& inventory,
                                       const MarkSet& marks,
                                       const KindTotals& planned,
                                       const Policy& policy,
                                       const Surroundings& surroundings);

}  // namespace dregs
