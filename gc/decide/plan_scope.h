// A PlanScope is what a plan is made from. It borrows everything but the
// folders that it finds itself. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_set>

#include "gc/decide/removal.h"
#include "gc/mark/mark.h"
#include "gc/mark/policy.h"
#include "scanner/inventory/inventory.h"

namespace dregs {

// Is called for one removal after the other, in the order of the plan.
using TakeRemoval = std::function<void(Removal)>;

struct PlanScope {
  PlanScope(const Inventory& inventory, const MarkSet& marks,
            const Policy& policy);

  const Inventory& inventory;
  const MarkSet& marks;
  const Policy& policy;
  // Folders below v2 in which something stays that the scan alone would call
  // empty.
  std::unordered_set<std::string> occupied;
};

// Calls visit(position, repository). Nothing in a pinned repository goes.
template <class Visit>
void for_each_free_repository(const PlanScope& scope, const Visit& visit) {
  for (std::uint32_t i = 0; i < scope.inventory.repositories.size(); ++i)
    if (!scope.marks.repositories[i].pinned)
      visit(i, scope.inventory.repositories[i]);
}

}  // namespace dregs
