// Carries out a plan, stage by stage (promises.md#may-touch): tag history,
// tags, revisions, layer links, blobs, uploads and temporary files, folders.
// A stage begins only after the stage before it is on the disk. So a run may
// end anywhere, and the store is consistent.
//
// Failing to remove is harmless, so it is counted and the rest goes on; but
// what still refers to something keeps it: a repository in which something
// could not be removed is pinned for the rest of the run.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <set>
#include <vector>

#include "gc/decide/plan.h"
#include "gc/remove/remover.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

struct SweepResult {
  KindTotals removed{};
  std::vector<Finding> findings;  // removals that failed or were left out
  bool complete = true;           // everything planned is gone
};

struct SweepProgress {
  std::atomic<std::uint64_t> planned{0};
  std::atomic<std::uint64_t> done{0};
};

// What may still go when nothing in these repositories (by position) may.
using Replan = std::function<Plan(const std::set<std::uint32_t>&)>;

// The plan as it stands, and the repositories in which removals failed.
using Standing =
    std::function<bool(const Plan&, const std::set<std::uint32_t>&)>;

// Asked on the way; the sweep ends where the answer is no. Empty ones say yes.
struct Precautions {
  // Before every removal, by any thread.
  std::function<bool()> undisturbed;
  // Once, when all links that go are gone from the disk and blobs are next.
  Standing undisturbed_links;
  // Once, before unfinished uploads go.
  std::function<bool()> nobody_came;
  // Once, after the last removal, however the sweep ended.
  Standing afterwards;
  // Told of a folder, relative to v2, whose link or data is gone, and that
  // stays for what else is in it. Any thread.
  std::function<void(const std::string&)> left_open;
};

// Stops between removals when `stop` is requested, and requests it itself
// (StopReason::changed) where something is not as the scan saw it.
SweepResult sweep(Plan plan, const Inventory& inventory, Remover& remover,
                  const Replan& replan, StopRequest& stop,
                  SweepProgress& progress, const Precautions& precautions = {});

}  // namespace dregs
