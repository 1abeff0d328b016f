#include "gc/runs/collection.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "gc/context/deadline_clock.h"
#include "gc/context/stopped_early.h"
#include "gc/decide/plan_without.h"
#include "gc/runs/collection_notes.h"
#include "gc/runs/shown_survey.h"
#include "gc/saved/run_name.h"
#include "gc/survey/take_survey.h"
#include "scanner/files/clock.h"
#include "scanner/formats/append.h"

namespace dregs {
namespace {

GcReport::Further beyond(const KindTotals& less, const KindTotals& more) {
  const auto revision = static_cast<std::size_t>(RemovalKind::revision);
  const auto blob = static_cast<std::size_t>(RemovalKind::blob);
  return {more[revision].count, more[blob].count - less[blob].count,
          more[blob].bytes - less[blob].bytes};
}

bool has_more_errors(const GcReport& report) {
  return !report.pinned.empty() ||
         (report.look_back && !report.look_back->newly_broken.empty());
}

// `complete` says whether everything planned is gone.
ExitCode exit_code_of(const GcReport& report, FailOn fail_on,
                      StopReason stopped, bool complete) {
  if (stopped != StopReason::none && stopped != StopReason::changed)
    return exit_code_of(stopped);
  if (!report.refusals.empty()) return ExitCode::refused;
  if (!complete) return ExitCode::stopped;
  return exit_code_of_done(fail_on, report.findings, has_more_errors(report));
}

}  // namespace

std::vector<Refusal> refusals_of_root(const SavedPlan& saved,
                                      const OpenedStore& store) {
  if (saved.inode == store.storage->identity()) return {};
  return {{fmt::format("the plan is for another root, {}", saved.root),
           "say which with --root, or make a new plan"}};
}

Collection::Collection(const RunContext& context,
                       const CollectionOptions& options)
    : context_(context),
      options_(options),
      own_guard_(std::make_unique<GuardedSweep>(context, options.dry_run)),
      guard_(*own_guard_) {
  options_.policy.now_ns = now_ns();
}

Collection::Collection(const RunContext& context,
                       const CollectionOptions& options, GuardedSweep& entered)
    : context_(context), options_(options), guard_(entered) {
  options_.policy.now_ns = now_ns();
}

void Collection::run() {
  const DeadlineClock clock(options_.deadline, guard_.stop());
  if (guard_.enter() && options_.saved != nullptr)
    guard_.refuse(refusals_of_root(*options_.saved, store()));
  if (may_go_on() && options_.trash) use_trash();
  if (!may_go_on()) {
    close_report();
    return;
  }
  if (!collect()) stop_early(guard_.stop(), "nothing was removed");
}

bool Collection::collect() {
  if (!guard_.take_survey()) return false;
  store().storage->adapt(options_.policy,
                         options_.min_age_said || options_.saved != nullptr);
  if (options_.purge_versions)
    guard_.purge_versions(options_.policy.newest_old_ns());
  const Survey& survey = guard_.survey();
  marks_ = mark(survey.inventory, survey.graph, survey.diagnosis.pins,
                options_.policy);
  // Before the plan: the marks for the one need not be in memory beside the
  // other.
  std::optional<KindTotals> further;
  if (options_.saved == nullptr)
    further = totals_with_delete_untagged(survey, options_.policy);
  plan_ =
      plan_collection(store(), survey, marks_, options_.policy, options_.saved);
  // Beyond this point nothing decides.
  count(survey, marks_, report_);
  report_.applied = std::move(plan_.applied);
  append(report_.findings, std::move(plan_.findings));
  const KindTotals planned = totals_of(plan_.plan);
  explain_first_pushes(survey, marks_, options_.policy, report_);
  if (options_.saved == nullptr)
    explain_renewed_times(survey, planned, options_.policy, report_);
  if (further) report_.with_delete_untagged = beyond(planned, *further);
  guard_.refuse(reasons_to_refuse(survey.inventory, marks_, planned,
                                  options_.policy, survey.surroundings));
  std::unique_ptr<WriteWatch> watch;
  if (may_go_on() && !options_.dry_run) watch = guard_.begin_watch();
  if (!may_go_on())
    plan_.plan = {};
  else if (options_.dry_run)
    foresee(planned);
  else
    sweep(*watch);
  close_report();
  return true;
}

void Collection::foresee(const KindTotals& planned) {
  add_removed(report_, planned);
  guard_.look_at_versions(plan_.plan);
}

void Collection::use_trash() {
  trash_ = name_of_run();
  guard_.use_trash(trash_);
}

void Collection::sweep(WriteWatch& watch) {
  const Proof before = options_.prove ? prove(guard_.survey()) : Proof();
  const SweepResult result = guard_.carry_out(
      watch, plan_.plan,
      [this](std::set<std::uint32_t> kept) {
        kept.insert(plan_.held_back.begin(), plan_.held_back.end());
        return plan_without(guard_.survey(), kept, options_.policy);
      },
      options_.policy.newest_stale_upload_ns());
  add_removed(report_, result.removed);
  append(report_.findings, result.findings);
  complete_ = result.complete;
  if (options_.prove) report_.look_back = guard_.look_back(before);
}

void Collection::close_report() {
  report_.dry_run = options_.dry_run;
  // Folders go without the trash.
  if (!options_.dry_run && removed_files(report_)) report_.trash = trash_;
  report_.delete_untagged = options_.policy.delete_untagged;
  report_.refusals = guard_.refusals();
  append(report_.findings, guard_.findings());
  sort_findings(report_.findings);
  report_.exit_code = exit_code_of(report_, context_.fail_on,
                                   guard_.stop().reason(), complete_);
  report_.seconds = guard_.stopwatch().seconds();
}

}  // namespace dregs
