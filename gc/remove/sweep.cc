#include "gc/remove/sweep.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "gc/remove/sweep_stage.h"

namespace dregs {
namespace {

struct SweepState {
  Plan plan;           // without what a failure keeps
  StageResult done{};  // by all stages so far
};

struct KindOrder {
  bool operator()(const Removal& a, RemovalKind b) const { return a.kind < b; }
  bool operator()(RemovalKind a, const Removal& b) const { return a < b.kind; }
};

std::span<const Removal> stage_of(const Plan& plan, RemovalKind kind) {
  const auto [first, last] = std::equal_range(
      plan.removals.begin(), plan.removals.end(), kind, KindOrder{});
  return {first, last};
}

bool precaution_met(RemovalKind kind, const Precautions& precautions,
                    const SweepState& state) {
  if (kind == RemovalKind::blob)
    return !precautions.undisturbed_links ||
           precautions.undisturbed_links(state.plan,
                                         state.done.failed_repositories);
  if (kind == RemovalKind::upload)
    return !precautions.nobody_came || precautions.nobody_came();
  return true;
}

bool may_begin(RemovalKind kind, const SweepMeans& means, SweepState& state) {
  if (means.stop.requested()) return false;
  if (precaution_met(kind, means.precautions, state)) return true;
  state.done.complete = false;
  return false;
}

// Returns whether what was removed is on the disk for certain.
bool sync(RemovalKind kind, Remover& remover, StageResult& done) {
  const int error = remover.sync();
  if (error == 0) return true;
  Finding finding;
  finding.kind = FindingKind::removal_failed;
  finding.detail = std::string("cannot make sure that what was removed (") +
                   std::string(to_string(kind)) +
                   ") is on the disk: " + std::strerror(error);
  done.findings.push_back(std::move(finding));
  done.complete = false;
  return false;
}

// Returns whether the next stage may begin.
bool run_stage(RemovalKind kind, const SweepMeans& means, const Replan& replan,
               SweepState& state) {
  const std::span<const Removal> stage = stage_of(state.plan, kind);
  if (stage.empty()) return true;
  if (!may_begin(kind, means, state)) return false;
  const std::size_t failed_before = state.done.failed_repositories.size();
  add_to(state.done, remove_stage(stage, means));
  if (!sync(kind, means.remover, state.done) || means.stop.requested())
    return false;
  if (kind < RemovalKind::blob &&
      state.done.failed_repositories.size() != failed_before)
    state.plan =
        intersection(state.plan, replan(state.done.failed_repositories));
  return true;
}

}  // namespace

SweepResult sweep(Plan plan, const Inventory& inventory, Remover& remover,
                  const Replan& replan, StopRequest& stop,
                  SweepProgress& progress, const Precautions& precautions) {
  const SweepMeans means{inventory, remover, stop, progress, precautions};
  progress.planned = plan.removals.size();
  SweepState state{std::move(plan)};
  for (std::size_t kind = 0; kind < kRemovalKinds; ++kind)
    if (!run_stage(static_cast<RemovalKind>(kind), means, replan, state)) break;
  if (precautions.afterwards &&
      !precautions.afterwards(state.plan, state.done.failed_repositories))
    state.done.complete = false;
  if (stop.requested()) state.done.complete = false;
  sort_findings(state.done.findings);
  return {state.done.removed, std::move(state.done.findings),
          state.done.complete};
}

}  // namespace dregs
