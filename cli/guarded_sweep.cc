#include "cli/guarded_sweep.h"

#include <algorithm>

#include "cli/move_aside.h"
#include "cli/signals.h"
#include "cli/take_survey.h"
#include "cli/terminal.h"
#include "cli/text.h"

namespace dregs {
namespace {

constexpr auto kWithoutTrash = "run without --trash";

}  // namespace

GuardedSweep::GuardedSweep(const GlobalOptions& global, bool dry_run)
    : global_(global), dry_run_(dry_run), stop_(stop_on_signals()) {}

bool GuardedSweep::enter() {
  store_ = open_store(global_);
  Exclusivity exclusivity =
      dry_run_ ? look_for_registries(store_) : make_exclusive(store_);
  findings_ = std::move(exclusivity.findings);
  refuse(std::move(exclusivity.refusals));
  return refusals_.empty();
}

void GuardedSweep::use_trash(const std::string& run) {
  const int v2 = store_.v2.get();
  refuse(reasons_not_to_move_aside(store_, !dry_run_, kWithoutTrash));
  if (!refusals_.empty()) return;
  trash_ = std::make_unique<Aside>(v2, "trash/" + run);
}

bool GuardedSweep::take_survey() {
  vigil_.reset();
  survey_ = survey_with_progress(store_, global_, stop_, stopwatch_);
  if (trash_)
    refuse(reasons_not_to_move_aside(store_, survey_.inventory.parts,
                                     kWithoutTrash));
  return !stop_.requested();
}

bool GuardedSweep::refuse_if_changed() {
  vigil_ = std::make_unique<Vigil>(store_.v2.get(), store_.root.directory,
                                   survey_.inventory, stop_);
  for (Finding& finding : vigil_->limits())
    findings_.push_back(std::move(finding));
  const Change change = vigil_->changed_since_scan();
  if (change.changed) refuse_change(finding_for(change));
  return change.changed;
}

void GuardedSweep::refuse_change(Finding finding) {
  refuse({{"the tree changed while dregs was looking" +
               (finding.repository.empty()
                    ? std::string()
                    : " (" + escaped(finding.repository) + ")"),
           "stop whatever writes to it, and run again"}});
  findings_.push_back(std::move(finding));
}

SweepResult GuardedSweep::carry_out(const Plan& plan, const Replan& replan,
                                    std::int64_t newest_temporary_ns) {
  SweepProgress progress;
  const Stopwatch sweeping;
  const ProgressLine line(!global_.quiet, [&] {
    return "removing " +
           progress_text(progress.done, progress.planned, sweeping.seconds());
  });
  DiskRemover remover(store_.v2.get(), survey_.inventory, newest_temporary_ns,
                      trash_.get());
  SweepResult result = sweep(plan, survey_.inventory, remover, replan, stop_,
                             progress, vigil_->precautions());
  note_disturbance(result);
  return result;
}

void GuardedSweep::note_disturbance(SweepResult& result) {
  auto disturbance = vigil_->disturbance();
  if (!disturbance) return;
  result.complete = false;
  if (std::any_of(result.removed.begin(), result.removed.end(),
                  [](const KindTotal& total) { return total.count != 0; }))
    findings_.push_back(std::move(*disturbance));
  else
    refuse_change(std::move(*disturbance));
}

void GuardedSweep::refuse(std::vector<Refusal> refusals) {
  for (Refusal& refusal : refusals) refusals_.push_back(std::move(refusal));
}

}  // namespace dregs
