// Where a saved plan and what could be carried out of it differ, and why.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gc/decide/agreed_plan.h"
#include "gc/saved/saved_plan.h"
#include "scanner/store/store_reader.h"

namespace dregs {

struct PlanDifference {
  enum class Why : std::uint8_t {
    gone,        // planned, and not there any more
    kept,        // planned, and needed by now, or too young
    held_back,   // planned, in a repository with garbage links of later
    came_later,  // garbage that is not in the plan
  };
  Why why{};
  PlannedRemoval removal;

  auto operator<=>(const PlanDifference&) const = default;
};

std::string_view to_string(PlanDifference::Why why);

struct AppliedPlan {
  std::int64_t made_ns = 0;                 // ns since epoch
  std::uint64_t planned = 0;                // removals
  std::uint64_t agreed = 0;                 // of those
  std::vector<PlanDifference> differences;  // sorted

  std::uint64_t count(PlanDifference::Why why) const;
};

// `fresh` is what gc would remove, `agreed` what remains of it. Asks the open
// folder `v2` what is gone.
AppliedPlan compare(const SavedPlan& saved, const Plan& fresh,
                    const Plan& agreed, const Inventory& inventory,
                    const StoreReader& store);

}  // namespace dregs
