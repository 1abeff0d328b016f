// One collection, from the lock to the last removal: survey → mark → plan →
// (sweep). Every command that collects runs this one and reports it its way.
#pragma once

#include "cli/gc_report.h"
#include "cli/guarded_sweep.h"
#include "gc/mark.h"
#include "gc/policy.h"

namespace dregs {

struct CollectionOptions {
  Policy policy;
  bool dry_run = false;
};

class Collection {
 public:
  // `global` is borrowed. The clock of what is old starts here.
  Collection(const GlobalOptions& global, CollectionOptions options);

  // Throws as open_store() does. False: interrupted before there was anything
  // to report, which stderr says; report() then has its exit code only.
  bool run();

  const GcReport& report() const { return report_; }
  const OpenedStore& store() const { return guard_.store(); }
  const Survey& survey() { return guard_.survey(); }
  const MarkSet& marks() const { return marks_; }
  // Empty where it was refused.
  const Plan& plan() const { return plan_; }

 private:
  bool may_go_on() const { return guard_.refusals().empty(); }
  void look_further();
  void sweep();
  ExitCode exit_code();
  void close_report();

  CollectionOptions options_;
  GuardedSweep guard_;
  MarkSet marks_;
  Plan plan_;
  GcReport report_;
  bool complete_ = true;
};

}  // namespace dregs
