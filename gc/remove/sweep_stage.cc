#include "gc/remove/sweep_stage.h"

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cstring>

#include "scanner/formats/append.h"

namespace dregs {
namespace {

using OutcomeState = RemovalOutcome::State;
using Shares = tbb::enumerable_thread_specific<StageResult>;  // by thread

// How many of the next removals may go in any order: a folder goes after those
// inside it, and of two as deep as each other neither is inside the other.
std::size_t in_any_order(std::span<const Removal> next) {
  if (next.front().kind != RemovalKind::folder) return next.size();
  const auto depth = [](const Removal& folder) {
    const std::string& path = folder.name.text();
    return std::count(path.begin(), path.end(), '/');
  };
  const auto other =
      std::find_if(next.begin(), next.end(), [&](const Removal& removal) {
        return depth(removal) != depth(next.front());
      });
  return static_cast<std::size_t>(other - next.begin());
}

bool may_go_on(const SweepMeans& means) {
  const auto& undisturbed = means.precautions.undisturbed;
  return !means.stop.requested() && (!undisturbed || undisturbed());
}

Finding finding_for(const Removal& removal, const RemovalOutcome& outcome,
                    const Inventory& inventory) {
  Finding finding;
  finding.kind =
      outcome.state == OutcomeState::changed  ? FindingKind::tree_changed
      : outcome.state == OutcomeState::failed ? FindingKind::removal_failed
                                              : FindingKind::foreign_entry;
  finding.path = path_of(removal, inventory);
  if (removal.repository != kNoRepository)
    finding.repository = inventory.repositories[removal.repository].name;
  if (removal.digest != Digest{}) finding.digest = removal.digest.to_string();
  finding.detail = outcome.detail;
  if (outcome.error != 0) {
    if (!finding.detail.empty()) finding.detail += ": ";
    finding.detail += std::strerror(outcome.error);
  }
  return finding;
}

void note_gone(const SweepMeans& means, const Removal& removal,
               const RemovalOutcome& outcome, StageResult& share) {
  KindTotal& total = share.removed[static_cast<std::size_t>(removal.kind)];
  ++total.count;
  total.bytes += removal.bytes;
  if (outcome.detail.empty()) return;
  if (means.precautions.left_open)
    means.precautions.left_open(path_of(removal, means.inventory));
  share.findings.push_back(finding_for(removal, outcome, means.inventory));
}

void note_left(const SweepMeans& means, const Removal& removal,
               const RemovalOutcome& outcome, StageResult& share) {
  // What stayed in a folder was reported by itself.
  if (removal.kind == RemovalKind::folder &&
      outcome.state == OutcomeState::skipped)
    return;
  share.complete = false;
  if (outcome.state == OutcomeState::changed)
    means.stop.request(StopReason::changed);
  if (removal.repository != kNoRepository)
    share.failed_repositories.insert(removal.repository);
  share.findings.push_back(finding_for(removal, outcome, means.inventory));
}

void note(const SweepMeans& means, const Removal& removal,
          const RemovalOutcome& outcome, StageResult& share) {
  if (outcome.state == OutcomeState::removed ||
      outcome.state == OutcomeState::already_gone)
    note_gone(means, removal, outcome, share);
  else
    note_left(means, removal, outcome, share);
}

void remove_singly(const SweepMeans& means, std::span<const Removal> removals,
                   StageResult& share) {
  for (const Removal& removal : removals) {
    if (!may_go_on(means)) break;
    note(means, removal, means.remover.remove(removal), share);
  }
  means.progress.done += removals.size();
}

void remove_together(const SweepMeans& means, std::span<const Removal> removals,
                     StageResult& share) {
  if (!may_go_on(means)) return;
  const std::vector<RemovalOutcome> outcomes =
      means.remover.remove_together(removals);
  for (std::size_t i = 0; i < removals.size(); ++i)
    note(means, removals[i], outcomes[i], share);
  means.progress.done += removals.size();
}

void remove_in_any_order(const SweepMeans& means,
                         std::span<const Removal> removals, Shares& shares) {
  const std::size_t at_once = means.remover.together();
  if (at_once == 1)
    return tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, removals.size(), 64),
        [&](const auto& range) {
          remove_singly(means, removals.subspan(range.begin(), range.size()),
                        shares.local());
        });
  const std::size_t requests = (removals.size() + at_once - 1) / at_once;
  tbb::parallel_for(std::size_t{0}, requests, [&](std::size_t i) {
    const std::size_t first = i * at_once;
    remove_together(
        means,
        removals.subspan(first, std::min(at_once, removals.size() - first)),
        shares.local());
  });
}

}  // namespace

StageResult remove_stage(std::span<const Removal> stage,
                         const SweepMeans& means) {
  Shares shares;
  for (std::size_t first = 0, last = 0; first < stage.size(); first = last) {
    last = first + in_any_order(stage.subspan(first));
    remove_in_any_order(means, stage.subspan(first, last - first), shares);
  }
  StageResult all;
  for (StageResult& share : shares) add_to(all, std::move(share));
  return all;
}

void add_to(StageResult& all, StageResult some) {
  for (std::size_t kind = 0; kind < kRemovalKinds; ++kind) {
    all.removed[kind].count += some.removed[kind].count;
    all.removed[kind].bytes += some.removed[kind].bytes;
  }
  if (!some.complete) all.complete = false;
  append(all.findings, std::move(some.findings));
  all.failed_repositories.merge(some.failed_repositories);
}

}  // namespace dregs
