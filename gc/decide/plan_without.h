// The plan of a run in which something could not be removed. Pure.
#pragma once

#include <cstdint>
#include <set>

#include "gc/decide/plan.h"
#include "gc/decide/plan_without.h"
#include "gc/mark/survey.h"

namespace dregs {

// What may still go when nothing in these repositories (by position) may,
// because something there could not be removed.
Plan plan_without(const Survey& survey,
                  const std::set<std::uint32_t>& repositories,
                  const Policy& policy);

}  // namespace dregs
