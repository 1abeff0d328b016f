// What goes, why, and how many bytes that frees: a value, made by a pure
// function. A dry run is a plan that nobody executes.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "gc/decide/removal.h"
#include "gc/mark/mark.h"
#include "gc/mark/policy.h"
#include "scanner/inventory/inventory.h"

namespace dregs {

struct Plan {
  std::vector<Removal> removals;  // by kind, then in the inventory's order
};

// What both name, in the order of the first.
Plan intersection(const Plan& plan, const Plan& other);

inline constexpr std::size_t kRemovalKinds = 8;

struct KindTotal {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
};

// Position: RemovalKind.
using KindTotals = std::array<KindTotal, kRemovalKinds>;

KindTotals totals_of(const Plan& plan);

// Pure; each runs on one thread.
Plan make_plan(const Inventory& inventory, const MarkSet& marks,
               const Policy& policy);
// totals_of(make_plan(…)), without the memory that the plan would take.
KindTotals planned_totals(const Inventory& inventory, const MarkSet& marks,
                          const Policy& policy);

}  // namespace dregs
