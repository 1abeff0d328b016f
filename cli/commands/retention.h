// run_retain(): a policy decides which tags and manifests go, a RequestedRun
// removes them, and reports say what became of it.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments/removal_options.h"
#include "cli/commands/retain_policy.h"
#include "gc/runs/requested_run.h"

namespace dregs {

struct RetainOptions {
  RetainWords words;
  RequestedRunOptions run;
  RemovalOutputs outputs;
  std::vector<std::string> in_use;
  std::string page_file;  // --html; empty: none
};

// Throws what open_store() throws, and std::runtime_error for a policy or a
// list that is not understood.
ExitCode run_retain(const GlobalOptions& global, const RetainOptions& options);

}  // namespace dregs
