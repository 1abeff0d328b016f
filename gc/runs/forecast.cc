#include "gc/runs/forecast.h"

#include <set>
#include <string_view>
#include <utility>

#include "gc/decide/agreed_plan.h"
#include "gc/decide/refusal.h"
#include "gc/decide/survey_after.h"
#include "gc/runs/collection_notes.h"
#include "scanner/store/read_manifests.h"

namespace dregs {
namespace {

MarkSet mark_all(const Survey& survey, const Policy& policy) {
  return mark(survey.inventory, survey.graph, survey.diagnosis.pins, policy);
}

void name_what_goes(const Survey& after, const MarkSet& marks,
                    const OpenedStore& store, const Policy& policy,
                    const ForecastOptions& options, Forecast& forecast) {
  forecast.plan = make_plan(after.inventory, marks, policy);
  if (options.saved != nullptr) {
    forecast.garbage = std::move(forecast.plan);
    forecast.plan =
        agree(after, forecast.garbage, policy, [&](const Removal& removal) {
          return is_in(*options.saved, removal, after.inventory);
        }).plan;
  }
  forecast.then = totals_of(forecast.plan);
  if (options.list)
    forecast.listed = all_listed(forecast.plan, store, after.inventory);
}

// A dry run ends with the exit code of the run.
void find_as_the_collection_will(const Survey& after, const MarkSet& marks,
                                 const Policy& policy, Forecast& forecast) {
  GcReport report;
  count(after, marks, report);
  explain_first_pushes(after, marks, policy, report);
  forecast.findings = std::move(report.findings);
  forecast.pins = !report.pinned.empty();
}

// Without a collection, nobody asks about the other repositories.
void find_about_touched(const Survey& after, const RequestedRemoval& request,
                        Forecast& forecast) {
  std::set<std::string_view> names;
  for (const auto& [i, parts] : request)
    names.insert(after.inventory.repositories[i].name);
  for (const Finding& finding : after.diagnosis.findings)
    if (names.contains(finding.repository))
      forecast.findings.push_back(finding);
}

ReadMore from(const OpenedStore& store) {
  return [&store](Survey& survey, const BlobsByRepository& blobs) {
    survey.graph =
        read_more_manifests(*store.storage->manifests(), survey.inventory,
                            std::move(survey.graph), blobs);
  };
}

}  // namespace

Forecast forecast(const OpenedStore& store, const Survey& survey,
                  const RequestedRemoval& request, const Policy& policy,
                  const ForecastOptions& options) {
  Forecast result;
  result.before =
      planned_totals(survey.inventory, mark_all(survey, policy), policy);
  const Survey after = survey_after(survey, request, from(store));
  const MarkSet marks = mark_all(after, policy);
  if (options.by_name)
    name_what_goes(after, marks, store, policy, options, result);
  else
    result.then = planned_totals(after.inventory, marks, policy);
  if (!options.collect) {
    find_about_touched(after, request, result);
    return result;
  }
  result.refusals = reasons_to_refuse(after.inventory, marks, result.then,
                                      policy, after.surroundings);
  find_as_the_collection_will(after, marks, policy, result);
  return result;
}

}  // namespace dregs
