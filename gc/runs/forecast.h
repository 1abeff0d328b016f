// A Forecast says what a collection would remove once a requested removal is
// carried out, and what it would find and refuse. It decides nothing that goes:
// a collection that follows looks at the store anew.
#pragma once

#include <vector>

#include "gc/decide/plan.h"
#include "gc/decide/requested_removal.h"
#include "gc/runs/listed_removal.h"
#include "gc/saved/plan_comparison.h"

namespace dregs {

struct ForecastOptions {
  bool collect = false;  // a collection follows
  bool by_name = false;  // say each removal, not only how many
  bool list = false;     // with by_name: list them as well
  // With by_name: what is not in this plan stays. Borrowed.
  const SavedPlan* saved = nullptr;
};

struct Forecast {
  KindTotals before{};  // what gc would remove as things are
  KindTotals then{};    // and once the removal is carried out
  // By name. Positions are those of the survey.
  Plan plan;
  Plan garbage;  // with a saved plan: all that would go without it
  std::vector<ListedRemoval> listed;
  std::vector<Refusal> refusals;  // of the collection
  std::vector<Finding> findings;
  bool pins = false;  // whether the collection would keep repositories whole
};

// Borrows all arguments. Runs on the calling task arena. It leaves the survey
// as it is, because the removal is checked against it.
Forecast forecast(const OpenedStore& store, const Survey& survey,
                  const RequestedRemoval& request, const Policy& policy,
                  const ForecastOptions& options);

}  // namespace dregs
