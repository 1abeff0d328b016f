#include "gc/saved/plan_comparison.h"

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "scanner/files/descriptor.h"

namespace dregs {
namespace {

using Why = PlanDifference::Why;
using Removals = std::vector<PlannedRemoval>;

Removals sorted(const Plan& plan, const Inventory& inventory) {
  Removals removals;
  removals.reserve(plan.removals.size());
  for (const Removal& removal : plan.removals)
    removals.push_back(planned(removal, inventory));
  std::sort(removals.begin(), removals.end());
  return removals;
}

Removals without(const Removals& some, const Removals& others) {
  Removals rest;
  std::set_difference(some.begin(), some.end(), others.begin(), others.end(),
                      std::back_inserter(rest));
  return rest;
}

}  // namespace

std::string_view to_string(Why why) {
  switch (why) {
    case Why::gone:
      return "gone already";
    case Why::kept:
      return "needed by now, or too young";
    case Why::held_back:
      return "in a repository with garbage that the plan does not know";
    case Why::came_later:
      return "not in the plan";
  }
  return "";
}

std::uint64_t AppliedPlan::count(Why why) const {
  return static_cast<std::uint64_t>(std::count_if(
      differences.begin(), differences.end(),
      [&](const PlanDifference& each) { return each.why == why; }));
}

AppliedPlan compare(const SavedPlan& saved, const Plan& fresh,
                    const Plan& agreed, const Inventory& inventory,
                    const StoreReader& store) {
  AppliedPlan applied;
  applied.made_ns = saved.made_ns;
  applied.planned = saved.removals.size();
  applied.agreed = agreed.removals.size();
  const Removals now = sorted(fresh, inventory);
  const Removals go = sorted(agreed, inventory);
  for (PlannedRemoval& removal : without(saved.removals, go)) {
    const bool is_garbage = std::binary_search(now.begin(), now.end(), removal);
    const Why why = is_garbage                      ? Why::held_back
                    : !store.is_there(removal.path) ? Why::gone
                                                    : Why::kept;
    applied.differences.push_back({why, std::move(removal)});
  }
  for (PlannedRemoval& removal : without(now, saved.removals))
    applied.differences.push_back({Why::came_later, std::move(removal)});
  std::sort(applied.differences.begin(), applied.differences.end());
  return applied;
}

}  // namespace dregs
