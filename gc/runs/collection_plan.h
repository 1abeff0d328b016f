// plan_collection() says what a collection is to remove. It removes nothing. It
// only asks the store for times of links.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "gc/decide/plan.h"
#include "gc/mark/mark.h"
#include "gc/mark/survey.h"
#include "gc/saved/plan_comparison.h"
#include "gc/saved/saved_plan.h"
#include "gc/storage/opened_store.h"

namespace dregs {

struct CollectionPlan {
  Plan plan;
  // By position. A saved plan or a link from the future keeps them, as it does
  // in any later plan of the same run.
  std::set<std::uint32_t> held_back;
  std::optional<AppliedPlan> applied;  // where there is a saved plan
  std::vector<Finding> findings;       // links from the future
};

// Nothing goes that `saved` does not name; null: whatever the policy lets go.
CollectionPlan plan_collection(const OpenedStore& store, const Survey& survey,
                               const MarkSet& marks, const Policy& policy,
                               const SavedPlan* saved);

// Returns what the same run with --delete-untagged would remove. Returns none
// where it has that already, or would be refused.
std::optional<KindTotals> totals_with_delete_untagged(const Survey& survey,
                                                      Policy policy);

}  // namespace dregs
