// plan_without() makes the plan of a run in which a removal failed. Pure.
#pragma once

#include <cstdint>
#include <set>

#include "gc/decide/plan.h"
#include "gc/decide/plan_without.h"
#include "gc/mark/survey.h"

namespace dregs {

// Something in these repositories (by position) could not be removed, so
// nothing there may go. Returns what may still go elsewhere.
Plan plan_without(const Survey& survey,
                  const std::set<std::uint32_t>& repositories,
                  const Policy& policy);

}  // namespace dregs
