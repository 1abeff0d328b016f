#include "gc/runs/collection.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "gc/context/deadline_clock.h"
#include "gc/context/stopped_early.h"
#include "gc/decide/agreed_plan.h"
#include "gc/decide/plan_without.h"
#include "gc/explain/image_findings.h"
#include "gc/guard/future_links.h"
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
  const Survey& survey = guard_.survey();
  marks_ = mark(survey.inventory, survey.graph, survey.diagnosis.pins,
                options_.policy);
  // Before the plan: the marks for the one need not be in memory beside the
  // other.
  const std::optional<KindTotals> further = look_further();
  plan_ = make_plan(survey.inventory, marks_, options_.policy);
  if (options_.saved != nullptr) keep_to_saved_plan();
  std::vector<Finding> held_by_time = keep_future_links();
  // Beyond this point nothing decides.
  count(survey, marks_, report_);
  append(report_.findings, std::move(held_by_time));
  const KindTotals planned = totals_of(plan_);
  explain_first_pushes(survey, marks_, options_.policy, report_);
  if (options_.saved == nullptr)
    explain_renewed_times(survey, planned, options_.policy, report_);
  if (further) report_.with_delete_untagged = beyond(planned, *further);
  guard_.refuse(reasons_to_refuse(survey.inventory, marks_, planned,
                                  options_.policy, survey.surroundings));
  std::unique_ptr<WriteWatch> watch;
  if (may_go_on() && !options_.dry_run) watch = guard_.begin_watch();
  if (!may_go_on())
    plan_ = {};
  else if (options_.dry_run)
    add_removed(report_, planned);
  else
    sweep(*watch);
  close_report();
  return true;
}

void Collection::use_trash() {
  trash_ = name_of_run();
  guard_.use_trash(trash_);
}

void Collection::keep_to_saved_plan() {
  const Survey& survey = guard_.survey();
  AgreedPlan agreed =
      agree(survey, plan_, options_.policy, [&](const Removal& removal) {
        return is_in(*options_.saved, removal, survey.inventory);
      });
  report_.applied = compare(*options_.saved, plan_, agreed.plan,
                            survey.inventory, store().reader());
  held_back_ = std::move(agreed.held_back);
  plan_ = std::move(agreed.plan);
}

// The dry run must not name what the run would leave.
std::vector<Finding> Collection::keep_future_links() {
  const Survey& survey = guard_.survey();
  const FutureLinks future = store().storage->find_future_links(
      survey.inventory, plan_, options_.policy.now_ns);
  if (future.found.empty()) return {};
  for (const auto& [repository, found] : future.found)
    held_back_.insert(repository);
  plan_ =
      intersection(plan_, plan_without(survey, held_back_, options_.policy));
  return findings_of(future, survey.inventory);
}

// What the same run with --delete-untagged would remove, if it may.
std::optional<KindTotals> Collection::look_further() const {
  if (options_.policy.delete_untagged || options_.saved != nullptr)
    return std::nullopt;
  const Survey& survey = guard_.survey();
  Policy policy = options_.policy;
  policy.delete_untagged = true;
  const MarkSet marks =
      mark(survey.inventory, survey.graph, survey.diagnosis.pins, policy);
  const KindTotals totals = planned_totals(survey.inventory, marks, policy);
  if (!reasons_to_refuse(survey.inventory, marks, totals, policy,
                         survey.surroundings)
           .empty())
    return std::nullopt;
  return totals;
}

void Collection::sweep(WriteWatch& watch) {
  const Proof before = options_.prove ? prove(guard_.survey()) : Proof();
  const SweepResult result = guard_.carry_out(
      watch, plan_,
      [this](std::set<std::uint32_t> kept) {
        kept.insert(held_back_.begin(), held_back_.end());
        return plan_without(guard_.survey(), kept, options_.policy);
      },
      options_.policy.newest_stale_upload_ns());
  add_removed(report_, result.removed);
  append(report_.findings, result.findings);
  complete_ = result.complete;
  if (options_.prove) report_.look_back = guard_.look_back(before);
}

ExitCode Collection::exit_code() {
  const StopReason stopped = guard_.stop().reason();
  if (stopped != StopReason::none && stopped != StopReason::changed)
    return exit_code_of(stopped);
  if (!may_go_on()) return ExitCode::refused;
  if (!complete_) return ExitCode::stopped;
  return has_problems(report_.findings) || !report_.pinned.empty() ||
                 (report_.look_back && !report_.look_back->newly_broken.empty())
             ? ExitCode::problems
             : ExitCode::done;
}

// Folders that are left empty go without the trash.
bool Collection::moved_files() const {
  return !options_.dry_run &&
         report_.tag_history.removed + report_.manifests.removed +
                 report_.layer_links.removed + report_.blobs.removed +
                 report_.uploads.removed + report_.temporary_files_removed >
             0;
}

void Collection::close_report() {
  report_.dry_run = options_.dry_run;
  if (moved_files()) report_.trash = trash_;
  report_.delete_untagged = options_.policy.delete_untagged;
  report_.refusals = guard_.refusals();
  append(report_.findings, guard_.findings());
  sort_findings(report_.findings);
  report_.exit_code = exit_code();
  report_.seconds = guard_.stopwatch().seconds();
}

}  // namespace dregs
