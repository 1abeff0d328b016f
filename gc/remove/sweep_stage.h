// remove_stage() removes what one stage of a sweep names, in parallel on the
// calling task arena. What comes before and after a stage is the sweep's to
// say.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "gc/decide/plan.h"
#include "gc/remove/remover.h"
#include "gc/remove/sweep.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

// All of it is borrowed.
struct SweepMeans {
  const Inventory& inventory;
  Remover& remover;
  StopRequest& stop;
  SweepProgress& progress;
  const Precautions& precautions;
};

struct StageResult {
  KindTotals removed{};
  bool complete = true;           // everything that was named is gone
  std::vector<Finding> findings;  // in no order
  std::set<std::uint32_t> failed_repositories;
};

// Folders go from the deepest up. The rest goes in any order. Failing to remove
// is a finding, and the rest goes on. A stop, and a precaution that says no,
// end the stage before the next removal.
StageResult remove_stage(std::span<const Removal> stage,
                         const SweepMeans& means);

// Adds what some removals did to what others did.
void add_to(StageResult& all, StageResult some);

}  // namespace dregs
