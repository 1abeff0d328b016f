// A RequestedRun removes what a user named or a policy chose: survey → choice →
// plan → sweep. With --gc a collection follows under the same lock. `rm` and
// `retain` both use it, so both have the same refusals, and each has its own
// report.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gc/decide/requested_removal.h"
#include "gc/runs/collection.h"
#include "gc/runs/forecast.h"
#include "gc/runs/removal_report.h"

namespace dregs {

struct RequestedRunOptions {
  CollectionOptions collection;
  bool collect = false;    // --gc
  bool list = false;       // name every removal
  bool keep_plan = false;  // of a dry run, for plan()
  bool force = false;      // also what a kept index needs
};

// Holds what shall go, and what the report says about the rest.
struct Chosen {
  RequestedRemoval request;
  std::vector<StayingManifest> kept{};
  std::vector<Finding> findings{};
  // Is false where something stays that was asked for. Then nothing is
  // collected.
  bool complete = true;
  // Of a run that keeps to a saved plan: what would go without it.
  RequestedRemoval unbound{};
  // Of the collection that follows, where the choice says it; else that of the
  // options holds.
  std::optional<Policy> policy{};
};

class RequestedRun {
 public:
  // Reads the survey of the guard. It may refuse through the guard.
  using Choose = std::function<Chosen(GuardedSweep& guard)>;

  // `context` and `options` are borrowed. Ages are counted from this moment.
  RequestedRun(const RunContext& context, const RequestedRunOptions& options,
               Choose choose);

  // Call it once. Throws StoppedEarly, and what open_store() and `choose`
  // throw.
  void run();

  // These are complete after run().
  const RemovalReport& report() const { return report_; }
  const OpenedStore& store() const { return guard_.store(); }
  const Survey& survey() const { return guard_.survey(); }
  const Policy& policy() const { return policy_; }
  // With keep_plan, all that the run would remove, --gc's part as well.
  Plan plan() const;

 private:
  const Inventory& inventory() const { return guard_.survey().inventory; }
  bool may_go_on() const { return guard_.refusals().empty(); }
  void choose();
  const SavedPlan* saved() const { return options_.collection.saved; }
  void look_ahead();
  bool foresees_by_name() const;
  void refuse();
  void conclude_from_the_forecast();
  void remove_and_collect(std::unique_ptr<WriteWatch> watch);
  void carry_out(WriteWatch& watch);
  void collect();
  ExitCode exit_code();
  void finish();

  const RunContext& context_;
  const RequestedRunOptions& options_;
  Choose choose_;
  bool dry_run_;
  GuardedSweep guard_;
  Policy policy_;
  Chosen chosen_;
  Plan plan_;
  RemovalReport report_;
  Forecast forecast_;
  std::uint64_t freed_ = 0;
};

}  // namespace dregs
