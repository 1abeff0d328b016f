// What both a plan that somebody approved and a fresh one name, and what may
// go of that. Pure.
#pragma once

#include <functional>
#include <set>

#include "gc/decide/plan.h"
#include "gc/mark/survey.h"

namespace dregs {

using Approved = std::function<bool(const Removal&)>;

struct AgreedPlan {
  Plan plan;
  // Repositories, by position, with links that the fresh plan would remove and
  // nobody approved. What those still name must stay, so nothing of them goes.
  std::set<std::uint32_t> held_back;
};

AgreedPlan agree(const Survey& survey, const Plan& fresh, const Policy& policy,
                 const Approved& approved);

}  // namespace dregs
