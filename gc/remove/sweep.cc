#include "gc/remove/sweep.h"

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <tuple>

#include "scanner/formats/append.h"

namespace dregs {
namespace {

using OutcomeState = RemovalOutcome::State;

// What one thread saw.
struct Share {
  KindTotals removed{};
  bool complete = true;
  std::vector<Finding> findings;
  std::set<std::uint32_t> failed_repositories;
};

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

class Sweeper {
 public:
  Sweeper(Plan plan, const Inventory& inventory, Remover& remover,
          const Replan& replan, StopRequest& stop, SweepProgress& progress,
          const Precautions& precautions)
      : plan_(std::move(plan)),
        inventory_(inventory),
        remover_(remover),
        replan_(replan),
        stop_(stop),
        progress_(progress),
        precautions_(precautions) {}

  SweepResult run() {
    progress_.planned = plan_.removals.size();
    for (std::size_t kind = 0; kind < kRemovalKinds; ++kind)
      if (!run_stage(static_cast<RemovalKind>(kind))) break;
    if (precautions_.afterwards && !precautions_.afterwards(plan_, failed_))
      result_.complete = false;
    if (stop_.requested()) result_.complete = false;
    sort_findings(result_.findings);
    return std::move(result_);
  }

 private:
  std::span<const Removal> stage_of(RemovalKind kind) const {
    const auto [first, last] = std::equal_range(
        plan_.removals.begin(), plan_.removals.end(), kind, KindOrder{});
    return {first, last};
  }

  struct KindOrder {
    bool operator()(const Removal& a, RemovalKind b) const {
      return a.kind < b;
    }
    bool operator()(RemovalKind a, const Removal& b) const {
      return a < b.kind;
    }
  };

  // Whether the next stage may begin.
  bool run_stage(RemovalKind kind) {
    const std::span<const Removal> stage = stage_of(kind);
    if (stage.empty()) return true;
    if (!may_begin(kind)) return false;
    tbb::enumerable_thread_specific<Share> shares;
    for (std::size_t first = 0, last = 0; first < stage.size(); first = last) {
      last = first + in_any_order(stage.subspan(first));
      remove_in_any_order(stage.subspan(first, last - first), shares);
    }
    const std::size_t failed_before = failed_.size();
    for (Share& share : shares) gather(share);
    if (!sync(kind) || stop_.requested()) return false;
    if (kind < RemovalKind::blob && failed_.size() != failed_before) replan();
    return true;
  }

  using Shares = tbb::enumerable_thread_specific<Share>;

  void remove_in_any_order(std::span<const Removal> removals, Shares& shares) {
    const std::size_t at_once = remover_.together();
    if (at_once == 1)
      return tbb::parallel_for(
          tbb::blocked_range<std::size_t>(0, removals.size(), 64),
          [&](const auto& range) {
            remove_singly(removals.subspan(range.begin(), range.size()),
                          shares.local());
          });
    const std::size_t requests = (removals.size() + at_once - 1) / at_once;
    tbb::parallel_for(std::size_t{0}, requests, [&](std::size_t i) {
      const std::size_t first = i * at_once;
      remove_together(
          removals.subspan(first, std::min(at_once, removals.size() - first)),
          shares.local());
    });
  }

  void remove_singly(std::span<const Removal> removals, Share& share) {
    for (const Removal& removal : removals) {
      if (!may_go_on()) break;
      note(removal, remover_.remove(removal), share);
    }
    progress_.done += removals.size();
  }

  void remove_together(std::span<const Removal> removals, Share& share) {
    if (!may_go_on()) return;
    const std::vector<RemovalOutcome> outcomes =
        remover_.remove_together(removals);
    for (std::size_t i = 0; i < removals.size(); ++i)
      note(removals[i], outcomes[i], share);
    progress_.done += removals.size();
  }

  bool may_begin(RemovalKind kind) {
    if (stop_.requested()) return false;
    if (kind == RemovalKind::blob)
      return on_condition(!precautions_.undisturbed_links ||
                          precautions_.undisturbed_links(plan_, failed_));
    if (kind == RemovalKind::upload)
      return on_condition(!precautions_.nobody_came ||
                          precautions_.nobody_came());
    return true;
  }

  bool on_condition(bool met) {
    if (!met) result_.complete = false;
    return met;
  }

  bool may_go_on() const {
    return !stop_.requested() &&
           (!precautions_.undisturbed || precautions_.undisturbed());
  }

  bool sync(RemovalKind kind) {
    const int error = remover_.sync();
    if (error == 0) return true;
    Finding finding;
    finding.kind = FindingKind::removal_failed;
    finding.detail = std::string("cannot make sure that what was removed (") +
                     std::string(to_string(kind)) +
                     ") is on the disk: " + std::strerror(error);
    result_.findings.push_back(std::move(finding));
    result_.complete = false;
    return false;
  }

  void note(const Removal& removal, const RemovalOutcome& outcome,
            Share& share) {
    if (outcome.state == OutcomeState::removed ||
        outcome.state == OutcomeState::already_gone) {
      KindTotal& total = share.removed[static_cast<std::size_t>(removal.kind)];
      ++total.count;
      total.bytes += removal.bytes;
      if (outcome.detail.empty()) return;
      if (precautions_.left_open)
        precautions_.left_open(path_of(removal, inventory_));
      share.findings.push_back(finding_for(removal, outcome));
      return;
    }
    // What stayed in a folder was reported by itself.
    if (removal.kind == RemovalKind::folder &&
        outcome.state == OutcomeState::skipped)
      return;
    share.complete = false;
    if (outcome.state == OutcomeState::changed)
      stop_.request(StopReason::changed);
    if (removal.repository != kNoRepository)
      share.failed_repositories.insert(removal.repository);
    share.findings.push_back(finding_for(removal, outcome));
  }

  Finding finding_for(const Removal& removal,
                      const RemovalOutcome& outcome) const {
    Finding finding;
    finding.kind =
        outcome.state == OutcomeState::changed  ? FindingKind::tree_changed
        : outcome.state == OutcomeState::failed ? FindingKind::removal_failed
                                                : FindingKind::foreign_entry;
    finding.path = path_of(removal, inventory_);
    if (removal.repository != kNoRepository)
      finding.repository = inventory_.repositories[removal.repository].name;
    if (removal.digest != Digest{}) finding.digest = removal.digest.to_string();
    finding.detail = outcome.detail;
    if (outcome.error != 0) {
      if (!finding.detail.empty()) finding.detail += ": ";
      finding.detail += std::strerror(outcome.error);
    }
    return finding;
  }

  void gather(Share& share) {
    for (std::size_t kind = 0; kind < kRemovalKinds; ++kind) {
      result_.removed[kind].count += share.removed[kind].count;
      result_.removed[kind].bytes += share.removed[kind].bytes;
    }
    if (!share.complete) result_.complete = false;
    append(result_.findings, std::move(share.findings));
    failed_.merge(share.failed_repositories);
  }

  void replan() { plan_ = intersection(plan_, replan_(failed_)); }

  Plan plan_;
  const Inventory& inventory_;
  Remover& remover_;
  const Replan& replan_;
  StopRequest& stop_;
  SweepProgress& progress_;
  const Precautions& precautions_;
  SweepResult result_;
  std::set<std::uint32_t> failed_;
};

}  // namespace

SweepResult sweep(Plan plan, const Inventory& inventory, Remover& remover,
                  const Replan& replan, StopRequest& stop,
                  SweepProgress& progress, const Precautions& precautions) {
  return Sweeper(std::move(plan), inventory, remover, replan, stop, progress,
                 precautions)
      .run();
}

}  // namespace dregs
