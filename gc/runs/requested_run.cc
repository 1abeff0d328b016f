#include "gc/runs/requested_run.h"

#include <algorithm>
#include <limits>

#include "gc/context/deadline_clock.h"
#include "gc/context/stopped_early.h"
#include "gc/decide/agreed_plan.h"
#include "gc/decide/survey_after.h"
#include "gc/explain/image_findings.h"
#include "gc/guard/future_links.h"
#include "gc/runs/collection_notes.h"
#include "gc/runs/shown_survey.h"
#include "gc/saved/run_name.h"
#include "scanner/files/clock.h"
#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

std::uint64_t freed_bytes(const KindTotals& totals) {
  std::uint64_t bytes = 0;
  for (const KindTotal& total : totals) bytes += total.bytes;
  return bytes;
}

}  // namespace

RequestedRun::RequestedRun(const RunContext& context,
                           const RequestedRunOptions& options, Choose choose)
    : context_(context),
      options_(options),
      choose_(std::move(choose)),
      dry_run_(options.collection.dry_run),
      guard_(context, dry_run_),
      policy_(options.collection.policy) {
  policy_.now_ns = now_ns();
}

void RequestedRun::run() {
  const DeadlineClock clock(options_.collection.deadline, guard_.stop());
  if (!guard_.enter()) return finish();
  if (saved() != nullptr) guard_.refuse(refusals_of_root(*saved(), store()));
  if (!may_go_on()) return finish();
  if (options_.collection.trash && !dry_run_) {
    report_.trash = name_of_run();
    guard_.use_trash(report_.trash);
    if (!may_go_on()) return finish();
  }
  if (!guard_.take_survey()) stop_early(guard_.stop(), "nothing was removed");
  guard_.store().storage->adapt(policy_, options_.collection.min_age_said);
  choose();
  plan_ = plan_removal(inventory(), request_);
  look_ahead();
  refuse();
  std::unique_ptr<WriteWatch> watch;
  if (may_go_on() && !dry_run_) watch = guard_.begin_watch();
  if (!may_go_on()) return finish();
  report_.removed = what_goes(inventory(), request_);
  if (options_.list) list_what_goes();
  // Beyond this point nothing decides.
  if (dry_run_)
    conclude_from_the_forecast();
  else
    remove_and_collect(std::move(watch));
  finish();
}

void RequestedRun::choose() {
  Chosen chosen = choose_(guard_);
  request_ = std::move(chosen.request);
  report_.kept = std::move(chosen.kept);
  append(report_.findings, std::move(chosen.findings));
  complete_ = chosen.complete;
  unbound_ = std::move(chosen.unbound);
}

// Counts what gc would remove now, and what it would remove after this run. The
// survey of the guard stays as it is, because the removal is checked against
// it.
void RequestedRun::look_ahead() {
  before_ = planned_now();
  const Survey after = survey_after(guard_.survey(), request_);
  const MarkSet marks =
      mark(after.inventory, after.graph, after.diagnosis.pins, policy_);
  if (foresees_by_name())
    foresee(after, marks);
  else
    then_ = planned_totals(after.inventory, marks, policy_);
  if (saved() != nullptr && !options_.collect) compare_with_saved({}, {});
  if (options_.collect)
    guard_.refuse(reasons_to_refuse(after.inventory, marks, then_, policy_,
                                    after.surroundings));
  if (options_.collect)
    find_as_the_collection_will(after, marks);
  else
    find_about_touched(after);
}

// No collection follows where a named thing stays.
bool RequestedRun::foresees_by_name() const {
  return options_.collect && complete_ &&
         (saved() != nullptr ||
          (dry_run_ && (options_.list || options_.keep_plan)));
}

void RequestedRun::foresee(const Survey& after, const MarkSet& marks) {
  Plan then = make_plan(after.inventory, marks, policy_);
  if (saved() != nullptr) {
    Plan fresh = std::move(then);
    then = agree(after, fresh, policy_, [&](const Removal& removal) {
             return is_in(*saved(), removal, after.inventory);
           }).plan;
    compare_with_saved(fresh, then);
  }
  then_ = totals_of(then);
  if (options_.list && dry_run_)
    then_listed_ = all_listed(then, after.inventory);
  if (options_.keep_plan) then_plan_ = std::move(then);
}

void RequestedRun::compare_with_saved(const Plan& fresh, const Plan& then) {
  Plan all = plan_removal(inventory(), unbound_);
  Plan agreed = plan_;
  all.removals.insert(all.removals.end(), fresh.removals.begin(),
                      fresh.removals.end());
  agreed.removals.insert(agreed.removals.end(), then.removals.begin(),
                         then.removals.end());
  report_.applied =
      compare(*saved(), all, agreed, inventory(), guard_.store().reader());
}

// The forecast lists folders that this removal leaves empty, too. They are
// named once.
Plan RequestedRun::plan() const {
  Plan all = plan_;
  std::set<std::string> paths;
  for (const Removal& removal : plan_.removals)
    paths.insert(path_of(removal, inventory()));
  for (const Removal& removal : then_plan_.removals)
    if (!paths.contains(path_of(removal, inventory())))
      all.removals.push_back(removal);
  return all;
}

KindTotals RequestedRun::planned_now() {
  const Survey& survey = guard_.survey();
  const MarkSet marks =
      mark(survey.inventory, survey.graph, survey.diagnosis.pins, policy_);
  return planned_totals(survey.inventory, marks, policy_);
}

// What is unsafe for gc is unsafe here too.
void RequestedRun::refuse() {
  if (!options_.collect) refuse_without_collection();
  guard_.refuse(untouchable(inventory(), request_));
  refuse_future_links();
  if (!options_.force) guard_.refuse(harm_of(guard_.survey(), request_));
}

// A run without --gc removes only links, and its user may name all of them. So
// --max-delete compares the blobs that gc could remove afterwards.
void RequestedRun::refuse_without_collection() {
  const Survey& survey = guard_.survey();
  Policy policy = policy_;
  policy.allow_empty = true;
  constexpr auto kBlob = static_cast<std::size_t>(RemovalKind::blob);
  KindTotals planned = totals_of(plan_);
  planned[kBlob] = {
      then_[kBlob].count - std::min(then_[kBlob].count, before_[kBlob].count),
      then_[kBlob].bytes - std::min(then_[kBlob].bytes, before_[kBlob].bytes)};
  guard_.refuse(reasons_to_refuse(survey.inventory, MarkSet(), planned, policy,
                                  survey.surroundings));
}

std::vector<ListedRemoval> RequestedRun::all_listed(
    const Plan& plan, const Inventory& inventory) const {
  std::vector<ListedRemoval> list;
  for (const Removal& removal : plan.removals)
    list.push_back(listed(removal, guard_.store(), inventory));
  return list;
}

// The forecast lists folders that this removal leaves empty, too. They are
// named once.
void RequestedRun::list_what_goes() {
  report_.removals = all_listed(plan_, inventory());
  std::set<std::string> paths;
  for (const ListedRemoval& removal : *report_.removals)
    paths.insert(removal.path);
  std::erase_if(then_listed_, [&](const ListedRemoval& removal) {
    return paths.contains(removal.path);
  });
  append(*report_.removals, std::move(then_listed_));
}

// A user who names things wants all of them removed, or a reason.
void RequestedRun::refuse_future_links() {
  const FutureLinks future = guard_.store().storage->find_future_links(
      inventory(), plan_, policy_.now_ns);
  for (const Finding& finding : findings_of(future, inventory()))
    guard_.refuse({{escaped(finding.path) + ": " + finding.detail,
                    "set the clock, or touch the link if the clock is right"}});
}

// With --gc, this is all that the run frees. Without it, this is what gc would
// free in addition.
void RequestedRun::conclude_from_the_forecast() {
  const std::uint64_t then =
      freed_bytes(totals_of(plan_)) + (complete_ ? freed_bytes(then_) : 0);
  const std::uint64_t anyway = options_.collect ? 0 : freed_bytes(before_);
  report_.frees = then - std::min(then, anyway);
  append(report_.findings, std::move(then_found_));
}

void RequestedRun::remove_and_collect(std::unique_ptr<WriteWatch> watch) {
  const Proof before =
      options_.collection.prove ? prove(guard_.survey()) : Proof();
  carry_out(*watch);
  watch.reset();  // the collection has its own
  if (complete_ && options_.collect) collect();
  if (complete_ && !options_.collect) conclude_from_the_forecast();
  if (options_.collection.prove) report_.look_back = guard_.look_back(before);
}

void RequestedRun::find_about_touched(const Survey& after) {
  std::set<std::string_view> names;
  for (const auto& [i, parts] : request_)
    names.insert(after.inventory.repositories[i].name);
  for (const Finding& finding : after.diagnosis.findings)
    if (names.contains(finding.repository)) then_found_.push_back(finding);
}

// The dry run ends with the exit code of the run.
void RequestedRun::find_as_the_collection_will(const Survey& after,
                                               const MarkSet& marks) {
  GcReport then;
  count(after, marks, then);
  explain_first_pushes(after, marks, policy_, then);
  then_found_ = std::move(then.findings);
  pinned_then_ = !then.pinned.empty();
}

void RequestedRun::carry_out(WriteWatch& watch) {
  const SweepResult result = guard_.carry_out(
      watch, plan_,
      [this](const std::set<std::uint32_t>& failed) {
        Plan rest = plan_;
        std::erase_if(rest.removals, [&](const Removal& removal) {
          return failed.contains(removal.repository);
        });
        return rest;
      },
      std::numeric_limits<std::int64_t>::max());
  append(report_.findings, result.findings);
  freed_ = freed_bytes(result.removed);
  complete_ = complete_ && result.complete;
  if (!complete_) leave_out_what_is_still_there();
}

void RequestedRun::leave_out_what_is_still_there() {
  std::erase_if(report_.removed, [this](const RemovedThing& thing) {
    return guard_.store().reader().is_there(thing.path);
  });
}

// Runs gc itself, from a fresh survey. A forecast never decides what goes.
void RequestedRun::collect() {
  CollectionOptions options = options_.collection;
  options.policy = policy_;
  options.prove = false;  // guard_.look_back() does, at what was there at first
  Collection gc(context_, options, guard_);
  if (!gc.collect()) return;
  report_.collection = gc.report().exit_code;
  append(report_.findings, gc.report().findings);
  if (options_.list)
    append(*report_.removals, all_listed(gc.plan(), inventory()));
  freed_ += gc.report().bytes_freed;
  complete_ = report_.collection == ExitCode::done ||
              report_.collection == ExitCode::problems;
}

ExitCode RequestedRun::exit_code() {
  const StopReason stopped = guard_.stop().reason();
  if (stopped != StopReason::none && stopped != StopReason::changed)
    return exit_code_of(stopped);
  if (!may_go_on() && report_.removed.empty()) return ExitCode::refused;
  if (!may_go_on() || !complete_) return ExitCode::stopped;
  return has_problems(report_.findings) || (dry_run_ && pinned_then_) ||
                 report_.collection == ExitCode::problems ||
                 (report_.look_back && !report_.look_back->newly_broken.empty())
             ? ExitCode::problems
             : ExitCode::done;
}

void RequestedRun::finish() {
  report_.dry_run = dry_run_;
  report_.collects = options_.collect;
  if (options_.collect && !dry_run_ && may_go_on()) report_.frees = freed_;
  report_.refusals = guard_.refusals();
  // The report of a collection already has what the guard found.
  if (!report_.collection) append(report_.findings, guard_.findings());
  sort_findings(report_.findings);
  report_.exit_code = exit_code();
  report_.seconds = guard_.stopwatch().seconds();
}

}  // namespace dregs
