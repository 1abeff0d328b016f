#include "gc/runs/guarded_sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "gc/guard/aftercare.h"
#include "gc/runs/shown_survey.h"
#include "gc/storage/move_aside.h"
#include "scanner/formats/append.h"
#include "scanner/formats/text.h"
#include "scanner/objects/object_store.h"

namespace dregs {
namespace {

bool removed_anything(const SweepResult& result) {
  return std::any_of(result.removed.begin(), result.removed.end(),
                     [](const KindTotal& total) { return total.count != 0; });
}

std::vector<RegistryProcess> find_processes(const Storage& storage) {
  try {
    return storage.find_processes();
  } catch (const std::runtime_error& error) {
    RegistryProcess unknown;  // every doubt keeps
    unknown.detail = error.what();
    return {unknown};
  }
}

// `removing`: the first removal has begun.
Finding finding_for_newcomer(const RegistryProcess& process, bool removing) {
  Finding finding = finding_for(process);
  if (!removing || process.readonly) return finding;
  finding.kind = FindingKind::registry_started;
  finding.detail += fmt::format(
      "; it was started while dregs removed: stop it{}, and run dregs again",
      process.uses_redis ? ", flush its Redis" : "");
  return finding;
}

std::vector<Refusal> refusals_for(
    const std::vector<RegistryProcess>& processes) {
  std::vector<Refusal> refusals;
  for (const RegistryProcess& process : processes)
    if (!process.readonly) refusals.push_back(refusal_for(process));
  return refusals;
}

}  // namespace

GuardedSweep::GuardedSweep(const RunContext& context, bool dry_run)
    : context_(context), dry_run_(dry_run) {}

bool GuardedSweep::enter() {
  store_ = open_store(context_.root);
  others_ = dry_run_ ? store_.storage->look_for_others()
                     : store_.storage->make_exclusive();
  findings_ = others_.findings;
  known_ = others_.processes;
  refuse(others_.refusals);
  return refusals_.empty();
}

void GuardedSweep::use_trash(const std::string& run) {
  refuse(store_.storage->use_trash(run, !dry_run_));
  trash_ = true;
}

bool GuardedSweep::take_survey() {
  survey_ = survey_with_progress(store_, context_.show, context_.stop);
  if (trash_)
    refuse(reasons_not_to_move_aside(store_, survey_.inventory.parts,
                                     kWithoutTrash));
  return !context_.stop.requested();
}

std::unique_ptr<WriteWatch> GuardedSweep::begin_watch() {
  removing_ = false;
  std::unique_ptr<WriteWatch> watch =
      store_.storage->watch(survey_.inventory, context_.stop,
                            [this] { return look_for_newcomers(); });
  append(findings_, watch->limits());
  refuse(store_.storage->signs_of_writers(survey_.inventory));
  const Change change = watch->changed_since_scan();
  if (change.changed) refuse_change(finding_for(change));
  refuse(refusals_for(watch->look_for_newcomers()));
  if (!refusals_.empty()) watch.reset();
  return watch;
}

// One that was known as a reader, and writes now, is new too.
std::vector<RegistryProcess> GuardedSweep::look_for_newcomers() {
  std::vector<RegistryProcess> found = find_processes(*store_.storage);
  std::erase_if(found, [this](const RegistryProcess& process) {
    return std::any_of(
        known_.begin(), known_.end(), [&](const RegistryProcess& known) {
          return known.pid == process.pid && known.readonly == process.readonly;
        });
  });
  append(known_, found);
  for (const RegistryProcess& process : found)
    findings_.push_back(finding_for_newcomer(process, removing_));
  return found;
}

void GuardedSweep::refuse_change(Finding finding) {
  refuse({{"the tree changed while dregs was looking" +
               (finding.repository.empty()
                    ? std::string()
                    : " (" + escaped(finding.repository) + ")"),
           "stop whatever writes to it, and run again"}});
  findings_.push_back(std::move(finding));
}

SweepResult GuardedSweep::carry_out(WriteWatch& watch, const Plan& plan,
                                    const Replan& replan,
                                    std::int64_t newest_temporary_ns) {
  SweepProgress progress;
  removing_ = true;
  const ShownLine line =
      context_.show.sweep ? context_.show.sweep(progress) : nullptr;
  const std::unique_ptr<Remover> remover =
      store_.storage->remover(survey_.inventory, newest_temporary_ns);
  SweepResult result = sweep(plan, survey_.inventory, *remover, replan,
                             context_.stop, progress, watch.precautions());
  note_disturbance(watch, result);
  note_aftercare(result);
  purge_after(plan, result);
  return result;
}

void GuardedSweep::purge_versions(std::int64_t newest_old_ns) {
  if (!store_.in_bucket())
    throw RootError(store_.root.rootdirectory +
                    ": --purge-versions is for a bucket; a folder keeps no "
                    "versions");
  purge_older_ns_ = newest_old_ns;
}

void GuardedSweep::look_at_versions(const Plan& plan) {
  if (purge_older_ns_)
    store_.storage->purge(survey_, plan, {*purge_older_ns_, true},
                          context_.stop);
}

// Where something could not be removed, or somebody wrote, the versions wait
// for the next run.
void GuardedSweep::purge_after(const Plan& plan, SweepResult& result) {
  if (!purge_older_ns_ || !result.complete || context_.stop.requested()) return;
  try {
    Purged purged = store_.storage->purge(
        survey_, plan, {*purge_older_ns_, false}, context_.stop);
    append(result.findings, std::move(purged.findings));
    result.complete = purged.complete;
  } catch (const StorageError& error) {
    Finding finding;
    finding.kind = FindingKind::removal_failed;
    finding.detail = error.what();
    result.findings.push_back(std::move(finding));
    result.complete = false;
  }
}

// Once, also where `rm --gc` removes twice.
void GuardedSweep::note_aftercare(const SweepResult& result) {
  if (!removed_anything(result) || aftercare_noted_) return;
  aftercare_noted_ = true;
  append(findings_, aftercare(store_.root, others_));
}

void GuardedSweep::note_disturbance(WriteWatch& watch, SweepResult& result) {
  auto disturbance = watch.disturbance();
  const bool came = any_may_write(watch.newcomers());
  if (!disturbance && !came) return;
  result.complete = false;
  const bool removed = removed_anything(result);
  if (disturbance && removed) findings_.push_back(std::move(*disturbance));
  if (removed) return;
  if (disturbance) refuse_change(std::move(*disturbance));
  refuse(refusals_for(watch.newcomers()));
}

std::optional<LookBack> GuardedSweep::look_back(const Proof& before) {
  const Survey after =
      survey_with_progress(store_, context_.show, context_.stop);
  if (context_.stop.requested()) return std::nullopt;
  Proof proof = prove(after);
  std::vector<std::string> broken = newly_broken(before, proof);
  return LookBack{std::move(proof), std::move(broken)};
}

void GuardedSweep::refuse(std::vector<Refusal> refusals) {
  append(refusals_, std::move(refusals));
}

}  // namespace dregs
