// One collection, from the lock to the last removal: survey → mark → plan →
// (sweep). gc, apply, garbage-collect and rm --gc run it, and report it their
// way: what refuses, stops or keeps one of them does so to all.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gc/mark/mark.h"
#include "gc/mark/policy.h"
#include "gc/runs/collection_plan.h"
#include "gc/runs/gc_report.h"
#include "gc/runs/guarded_sweep.h"
#include "gc/saved/saved_plan.h"

namespace dregs {

struct CollectionOptions {
  Policy policy;
  bool dry_run = false;
  bool prove = false;  // and look again afterwards
  bool trash = false;  // move files instead of deleting them
  bool purge_versions = false;
  bool min_age_said = false;  // by the user; else the storage's own holds
  std::optional<std::chrono::system_clock::time_point> deadline{};
  // What alone may go; borrowed. Its policy is to be the one above.
  const SavedPlan* saved = nullptr;
};

// Why a saved plan is not for this store; empty where it is.
std::vector<Refusal> refusals_of_root(const SavedPlan& saved,
                                      const OpenedStore& store);

class Collection {
 public:
  // `context` is borrowed. The clock of what is old starts here.
  Collection(const RunContext& context, const CollectionOptions& options);
  // Under a guard that was entered, which is borrowed; then collect() does all,
  // and the guard's trash and deadline are the caller's.
  Collection(const RunContext& context, const CollectionOptions& options,
             GuardedSweep& entered);

  // For reasons that the store has no part in; before run().
  void refuse(Refusal refusal) { guard_.refuse({std::move(refusal)}); }

  // Throws as open_store() does, and StoppedEarly.
  void run();
  // The part of run() that begins with the survey. False: interrupted before
  // there was anything to report.
  bool collect();

  const GcReport& report() const { return report_; }
  const OpenedStore& store() const { return guard_.store(); }
  const Survey& survey() const { return guard_.survey(); }
  const Policy& policy() const { return options_.policy; }
  const MarkSet& marks() const { return marks_; }
  // Empty where it was refused.
  const Plan& plan() const { return plan_.plan; }

 private:
  bool may_go_on() const { return guard_.refusals().empty(); }
  void use_trash();
  void foresee(const KindTotals& planned);
  void sweep(WriteWatch& watch);
  void close_report();

  const RunContext& context_;
  CollectionOptions options_;
  std::unique_ptr<GuardedSweep> own_guard_;
  GuardedSweep& guard_;
  MarkSet marks_;
  CollectionPlan plan_;
  GcReport report_;
  std::string trash_;  // the run's name there
  bool complete_ = true;
};

}  // namespace dregs
