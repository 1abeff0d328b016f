// What `dregs rm` or `dregs retain` removed, or would remove.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gc/context/exit_code.h"
#include "gc/decide/refusal.h"
#include "gc/decide/requested_removal.h"
#include "gc/runs/listed_removal.h"
#include "gc/verify/prove.h"
#include "scanner/inventory/finding.h"

namespace dregs {

// A repository where it has neither tag nor digest; a manifest where it has no
// tag; else a tag and the manifest that it named.
struct RemovedThing {
  std::string repository;
  std::string tag;
  std::optional<Digest> digest;
  std::string path;  // relative to v2, by which to see whether it is gone
};

// In the order of the inventory. Pure.
std::vector<RemovedThing> what_goes(const Inventory& inventory,
                                    const RequestedRemoval& request);

// A manifest that lost its last tag and stays all the same.
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
  // Bytes that gc would free beyond what it would have; of a run that collects,
  // all that it freed. None where that could not be told.
  std::optional<std::uint64_t> frees;
  std::optional<std::vector<ListedRemoval>> removals;  // with --list
  std::optional<LookBack> look_back;  // of a run that looked again
  // How the collection of a run that has one ended.
  std::optional<ExitCode> collection;
  std::vector<Refusal> refusals;
  std::vector<Finding> findings;
  ExitCode exit_code = ExitCode::done;
  double seconds = 0;
};

}  // namespace dregs
