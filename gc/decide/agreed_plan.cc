#include "gc/decide/agreed_plan.h"
#include "gc/decide/plan_without.h"

#include <algorithm>

namespace dregs {
namespace {

bool is_link(const Removal& removal) {
  return removal.kind < RemovalKind::blob &&
         removal.repository != kNoRepository;
}

}  // namespace

AgreedPlan agree(const Survey& survey, const Plan& fresh, const Policy& policy,
                 const Approved& approved) {
  AgreedPlan agreed;
  for (const Removal& removal : fresh.removals)
    if (is_link(removal) && !approved(removal))
      agreed.held_back.insert(removal.repository);
  agreed.plan = agreed.held_back.empty()
                    ? fresh
                    : plan_without(survey, agreed.held_back, policy);
  std::erase_if(agreed.plan.removals,
                [&](const Removal& removal) { return !approved(removal); });
  return agreed;
}

}  // namespace dregs
