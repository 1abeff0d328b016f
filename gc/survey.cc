#include "gc/survey.h"

namespace dregs {

Survey take_survey(int v2, bool proxy_cache, const StopRequest& stop,
                   SurveyProgress& progress) {
  Survey survey;
  survey.surroundings = look_around(v2);
  survey.surroundings.proxy_cache |= proxy_cache;
  survey.inventory = scan(v2, stop, progress.scan);
  // Beyond this point nothing in the inventory changes.
  survey.graph = read_manifests(v2, survey.inventory, stop, progress.manifests);
  if (stop.requested()) return survey;
  survey.diagnosis =
      diagnose(survey.inventory, survey.graph, survey.surroundings.proxy_cache);
  return survey;
}

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
