// A RemovalReport says what `dregs rm` or `dregs retain` removed or would
// remove.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gc/context/exit_code.h"
#include "gc/decide/refusal.h"
#include "gc/decide/requested_removal.h"
#include "gc/runs/listed_removal.h"
#include "gc/saved/plan_comparison.h"
#include "gc/verify/prove.h"
#include "scanner/inventory/finding.h"

namespace dregs {

// A thing with neither tag nor digest is a repository. A thing without tag is a
// manifest. Any other is a tag, with the manifest that it named.
struct RemovedThing {
  std::string repository;
  std::string tag;
  std::optional<Digest> digest;
  std::string path;  // relative to v2, by which to see whether it is gone
};

// Lists what a request removes, in the order of the inventory. Pure.
std::vector<RemovedThing> what_goes(const Inventory& inventory,
                                    const RequestedRemoval& request);

// A manifest that stays although it lost its last tag.
struct StayingManifest {
  std::string repository;
  Digest digest;
  std::string reason;
};

struct RemovalReport {
  bool dry_run = false;
  bool collects = false;  // --gc
  std::string trash;      // this run's name in it; empty without --trash
  std::vector<RemovedThing> removed;
  std::vector<StayingManifest> kept;  // of a run that collects
  // The bytes that gc would free in addition after this run. After a run with
  // --gc, all bytes that it freed. None where the number is not known.
  std::optional<std::uint64_t> frees;
  std::optional<std::vector<ListedRemoval>> removals;  // with --list
  std::optional<AppliedPlan> applied;  // of a run that keeps to a saved plan
  std::optional<LookBack> look_back;   // of a run that looked again
  // The exit code of the collection, where the run had one.
  std::optional<ExitCode> collection;
  std::string not_saved;  // why a file that was asked for is not there
  std::vector<Refusal> refusals;
  std::vector<Finding> findings;
  ExitCode exit_code = ExitCode::done;
  double seconds = 0;
};

}  // namespace dregs
