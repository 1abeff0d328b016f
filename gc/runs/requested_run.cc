#include "gc/runs/requested_run.h"

#include <algorithm>
#include <limits>

#include "gc/context/deadline_clock.h"
#include "gc/context/stopped_early.h"
#include "gc/guard/future_links.h"
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

// A run without --gc removes only links, and its user may name all of them. So
// --max-delete compares the blobs that gc could remove afterwards.
std::vector<Refusal> refusals_without_collection(const Survey& survey,
                                                 const Plan& plan,
                                                 const Forecast& forecast,
                                                 Policy policy) {
  policy.allow_empty = true;
  constexpr auto kBlob = static_cast<std::size_t>(RemovalKind::blob);
  const KindTotal& before = forecast.before[kBlob];
  const KindTotal& then = forecast.then[kBlob];
  KindTotals planned = totals_of(plan);
  planned[kBlob] = {then.count - std::min(then.count, before.count),
                    then.bytes - std::min(then.bytes, before.bytes)};
  return reasons_to_refuse(survey.inventory, MarkSet(), planned, policy,
                           survey.surroundings);
}

// A user who names things wants all of them removed, or a reason.
std::vector<Refusal> refusals_of_future_links(const FutureLinks& future,
                                              const Inventory& inventory) {
  std::vector<Refusal> refusals;
  for (const Finding& finding : findings_of(future, inventory))
    refusals.push_back(
        {escaped(finding.path) + ": " + finding.detail,
         "set the clock, or touch the link if the clock is right"});
  return refusals;
}

// A forecast names folders that the removal before it leaves empty, too. They
// are named once.
Plan joined(Plan first, const Plan& then, const Inventory& inventory) {
  std::set<std::string> paths;
  for (const Removal& removal : first.removals)
    paths.insert(path_of(removal, inventory));
  for (const Removal& removal : then.removals)
    if (!paths.contains(path_of(removal, inventory)))
      first.removals.push_back(removal);
  return first;
}

Plan appended(Plan to, const Plan& more) {
  append(to.removals, more.removals);
  return to;
}

std::vector<ListedRemoval> joined(std::vector<ListedRemoval> first,
                                  std::vector<ListedRemoval> then) {
  std::set<std::string> paths;
  for (const ListedRemoval& removal : first) paths.insert(removal.path);
  std::erase_if(then, [&](const ListedRemoval& removal) {
    return paths.contains(removal.path);
  });
  append(first, std::move(then));
  return first;
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
  if (options_.collection.trash) {
    const std::string run = name_of_run();
    if (!dry_run_) report_.trash = run;
    guard_.use_trash(run);
    if (!may_go_on()) return finish();
  }
  if (!guard_.take_survey()) stop_early(guard_.stop(), "nothing was removed");
  guard_.store().storage->adapt(policy_, options_.collection.min_age_said);
  if (options_.collection.purge_versions)
    guard_.purge_versions(policy_.newest_old_ns());
  choose();
  plan_ = plan_removal(inventory(), chosen_.request);
  look_ahead();
  refuse();
  std::unique_ptr<WriteWatch> watch;
  if (may_go_on() && !dry_run_) watch = guard_.begin_watch();
  if (!may_go_on()) return finish();
  report_.removed = what_goes(inventory(), chosen_.request);
  if (options_.list)
    report_.removals = joined(all_listed(plan_, store(), inventory()),
                              std::move(forecast_.listed));
  // Beyond this point nothing decides.
  if (dry_run_)
    conclude_from_the_forecast();
  else
    remove_and_collect(std::move(watch));
  finish();
}

void RequestedRun::choose() {
  chosen_ = choose_(guard_);
  report_.kept = std::move(chosen_.kept);
  append(report_.findings, std::move(chosen_.findings));
  if (chosen_.policy) policy_ = *chosen_.policy;
}

void RequestedRun::look_ahead() {
  const bool by_name = foresees_by_name();
  const bool listed = options_.list && dry_run_;
  forecast_ = forecast(store(), guard_.survey(), chosen_.request, policy_,
                       {options_.collect, by_name, listed, saved()});
  if (saved() != nullptr && (by_name || !options_.collect))
    report_.applied = compare(
        *saved(),
        appended(plan_removal(inventory(), chosen_.unbound), forecast_.garbage),
        appended(plan_, forecast_.plan), inventory(), store().reader());
  guard_.refuse(forecast_.refusals);
}

// No collection follows where a named thing stays.
bool RequestedRun::foresees_by_name() const {
  return options_.collect && chosen_.complete &&
         (saved() != nullptr ||
          (dry_run_ && (options_.list || options_.keep_plan ||
                        options_.collection.purge_versions)));
}

Plan RequestedRun::plan() const {
  return joined(plan_, forecast_.plan, inventory());
}

// What is unsafe for gc is unsafe here too.
void RequestedRun::refuse() {
  if (!options_.collect)
    guard_.refuse(refusals_without_collection(guard_.survey(), plan_, forecast_,
                                              policy_));
  guard_.refuse(untouchable(inventory(), chosen_.request));
  guard_.refuse(refusals_of_future_links(
      store().storage->find_future_links(inventory(), plan_, policy_.now_ns),
      inventory()));
  if (!options_.force) guard_.refuse(harm_of(guard_.survey(), chosen_.request));
}

// With --gc, this is all that the run frees. Without it, this is what gc would
// free in addition.
void RequestedRun::conclude_from_the_forecast() {
  const std::uint64_t then =
      freed_bytes(totals_of(plan_)) +
      (chosen_.complete ? freed_bytes(forecast_.then) : 0);
  const std::uint64_t anyway =
      options_.collect ? 0 : freed_bytes(forecast_.before);
  report_.frees = then - std::min(then, anyway);
  append(report_.findings, std::move(forecast_.findings));
  if (dry_run_) guard_.look_at_versions(plan());
}

void RequestedRun::remove_and_collect(std::unique_ptr<WriteWatch> watch) {
  const Proof before =
      options_.collection.prove ? prove(guard_.survey()) : Proof();
  carry_out(*watch);
  watch.reset();  // the collection has its own
  if (chosen_.complete && options_.collect) collect();
  if (chosen_.complete && !options_.collect) conclude_from_the_forecast();
  if (options_.collection.prove) report_.look_back = guard_.look_back(before);
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
  chosen_.complete = chosen_.complete && result.complete;
  if (!chosen_.complete)
    std::erase_if(report_.removed, [this](const RemovedThing& thing) {
      return store().reader().is_there(thing.path);
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
    append(*report_.removals, all_listed(gc.plan(), store(), inventory()));
  freed_ += gc.report().bytes_freed;
  chosen_.complete = report_.collection == ExitCode::done ||
                     report_.collection == ExitCode::problems;
}

ExitCode RequestedRun::exit_code() {
  const StopReason stopped = guard_.stop().reason();
  if (stopped != StopReason::none && stopped != StopReason::changed)
    return exit_code_of(stopped);
  if (!may_go_on() && report_.removed.empty()) return ExitCode::refused;
  if (!may_go_on() || !chosen_.complete) return ExitCode::stopped;
  return exit_code_of_done(
      context_.fail_on, report_.findings,
      (dry_run_ && forecast_.pins) ||
          report_.collection == ExitCode::problems ||
          (report_.look_back && !report_.look_back->newly_broken.empty()));
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
