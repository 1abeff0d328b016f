#include "gc/decide/plan_without.h"

namespace dregs {

Plan plan_without(const Survey& survey,
                  const std::set<std::uint32_t>& repositories,
                  const Policy& policy) {
  Pins pins = survey.diagnosis.pins;
  for (const std::uint32_t repository : repositories)
    pins[repository].push_back({FindingKind::removal_failed, ""});
  const MarkSet marks = mark(survey.inventory, survey.graph, pins, policy);
  return make_plan(survey.inventory, marks, policy);
}

}  // namespace dregs
