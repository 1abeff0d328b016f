#include "tests/collect.h"

#include <chrono>
#include <stdexcept>

#include "gc/decide/refusal.h"
#include "gc/survey/take_survey.h"

namespace dregs {

Policy policy_of_tests(bool delete_untagged) {
  Policy policy;
  policy.delete_untagged = delete_untagged;
  policy.uploads_older_than_ns = 0;
  policy.allow_empty = true;
  policy.now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                      std::chrono::system_clock::now().time_since_epoch())
                      .count();
  return policy;
}

MarkedStore::MarkedStore(const std::filesystem::path& v2, const Policy& policy)
    : policy_(policy), v2_(open_folder(AT_FDCWD, v2.string())) {
  SurveyProgress progress;
  survey_ = take_survey(v2_.get(), false, stop_, progress);
  const MarkSet marks =
      mark(survey_.inventory, survey_.graph, survey_.diagnosis.pins, policy_);
  plan_ = make_plan(survey_.inventory, marks, policy_);
  const auto refusals =
      reasons_to_refuse(survey_.inventory, marks, totals_of(plan_), policy_,
                        survey_.surroundings);
  if (!refusals.empty()) throw std::runtime_error(refusals.front().reason);
}

SweepResult MarkedStore::sweep(const Precautions& precautions) {
  SweepProgress progress;
  DiskRemover remover(v2_.get(), survey_.inventory);
  const Replan replan = [this](const std::set<std::uint32_t>& failed) {
    return this->replan(failed);
  };
  return dregs::sweep(plan_, survey_.inventory, remover, replan, stop_,
                      progress, precautions);
}

Plan MarkedStore::replan(const std::set<std::uint32_t>& failed) const {
  Pins pins = survey_.diagnosis.pins;
  for (const std::uint32_t repository : failed)
    pins[repository].push_back({FindingKind::removal_failed, ""});
  return make_plan(survey_.inventory,
                   mark(survey_.inventory, survey_.graph, pins, policy_),
                   policy_);
}

SweepResult collect(const std::filesystem::path& v2, bool delete_untagged) {
  return MarkedStore(v2, policy_of_tests(delete_untagged)).sweep();
}

}  // namespace dregs
