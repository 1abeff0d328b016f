// The one way in which commands remove: alone with the store, from a survey
// that still holds when the first removal begins, watched to the last.
//
//   GuardedSweep guard(context, dry_run);
//   if (!guard.enter()) …refused…
//   guard.survey() …decide…
//   const auto watch = guard.begin_watch();
//   if (!watch) …refused…
//   guard.carry_out(*watch, plan, replan, …)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gc/context/run_context.h"
#include "gc/context/stopwatch.h"
#include "gc/guard/other_users.h"
#include "gc/guard/write_watch.h"
#include "gc/mark/survey.h"
#include "gc/remove/sweep.h"
#include "gc/storage/opened_store.h"
#include "gc/verify/prove.h"

namespace dregs {

class GuardedSweep {
 public:
  // `context` is borrowed. Where nothing will be removed there is no lock, and
  // a registry that serves is no reason to refuse.
  GuardedSweep(const RunContext& context, bool dry_run);

  // Opens the store and locks it. False: refused. Throws as open_store() does.
  bool enter();

  // From here on files move to the trash, into the folder of this run, instead
  // of being deleted. Between enter() and carry_out(); refused where that is on
  // another filesystem.
  void use_trash(const std::string& run);

  // Looks at everything, again where it was called before. False: interrupted.
  bool take_survey();

  // Begins to watch, and looks whether anything was written since the survey
  // and whether a registry was started since enter(). Null: refused. Of no use
  // after the next survey.
  std::unique_ptr<WriteWatch> begin_watch();

  // Whoever wrote before the first removal is refused like any other; whoever
  // did later is a finding, and the result is not complete. The same goes for
  // a registry that was started.
  SweepResult carry_out(WriteWatch& watch, const Plan& plan,
                        const Replan& replan, std::int64_t newest_temporary_ns);

  // From here on, what a sweep removed is removed for good as well: older
  // versions, too. Once the store is open; throws RootError where it keeps no
  // versions. Older than this, what earlier runs removed goes with it.
  void purge_versions(std::int64_t newest_old_ns);
  // In a dry run: counts what such a sweep of this plan would remove for good.
  void look_at_versions(const Plan& plan);

  // Looks at everything once more, and compares that with `before`. None:
  // interrupted. The survey of this guard stays as it is.
  std::optional<LookBack> look_back(const Proof& before);

  void refuse(std::vector<Refusal> refusals);

  const OpenedStore& store() const { return store_; }
  Survey& survey() { return survey_; }
  const Survey& survey() const { return survey_; }
  StopRequest& stop() { return context_.stop; }
  const Stopwatch& stopwatch() const { return stopwatch_; }
  // Why nothing may be removed, and what else is to be said of others.
  const std::vector<Refusal>& refusals() const { return refusals_; }
  const std::vector<Finding>& findings() const { return findings_; }

 private:
  std::vector<RegistryProcess> look_for_newcomers();
  void refuse_change(Finding finding);
  void note_disturbance(WriteWatch& watch, SweepResult& result);
  void note_aftercare(const SweepResult& result);
  void purge_after(const Plan& plan, SweepResult& result);

  const RunContext& context_;
  bool dry_run_;
  Stopwatch stopwatch_;
  OpenedStore store_;
  Survey survey_;
  bool trash_ = false;
  Exclusivity others_;  // who else uses the store
  bool aftercare_noted_ = false;
  std::vector<RegistryProcess> known_;  // found by any look so far
  bool removing_ = false;
  std::optional<std::int64_t> purge_older_ns_;
  std::vector<Refusal> refusals_;
  std::vector<Finding> findings_;
};

}  // namespace dregs
