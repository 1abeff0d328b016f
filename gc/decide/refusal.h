// When not to begin (promises.md#exit-codes; format.md#6.3 to #6.5, #row-62 to
// #row-64, #row-74 to #row-76). Pure.
#pragma once

#include <string>
#include <vector>

#include "gc/decide/plan.h"
#include "scanner/inventory/surroundings.h"

namespace dregs {

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
