// run_retain(): a policy decides which tags and manifests go, a RequestedRun
// removes them, and reports say what became of it.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments/removal_options.h"
#include "cli/commands/retain_policy.h"
#include "gc/runs/requested_run.h"
#include "gc/saved/saved_plan.h"

namespace dregs {

struct RetainOptions {
  RetainWords words;
  RequestedRunOptions run;
  RemovalOutputs outputs;
  std::vector<std::string> in_use;
  std::string page_file;  // --html; empty: none
  std::string plan_file;  // --plan; empty: none
  // Names of files are relative to it; empty: to the working directory.
  std::string folder;
};

// Throws what open_store() throws, and std::runtime_error for a policy or a
// list that is not understood.
ExitCode run_retain(const GlobalOptions& global, const RetainOptions& options);

// Carries out a plan of `retain`: judges again, and removes only what both the
// plan and the new decision name. `saved` has words of `retain`.
ExitCode apply_retention(const GlobalOptions& global, const SavedPlan& saved,
                         const CollectionOptions& collection,
                         const RemovalOutputs& outputs);

}  // namespace dregs
