// The exit code of a run that was done (promises.md#exit-codes). Pure.
#pragma once

#include <vector>

#include "gc/context/exit_code.h"
#include "scanner/inventory/finding.h"

namespace dregs {

// What makes the exit code of a run that was done 1: --fail-on.
enum class FailOn { error, warning, never };

// The one rule: a run that was done ends with 1 where a finding is at least as
// severe as `from`, or pins its repository, or where `more_errors` is true. It
// is what a command knows beside its findings: that an image is broken, or that
// a repository is pinned. With `never` the code is 0. Runs that were not done
// have codes of their own, which nothing here hides.
ExitCode exit_code_of_done(FailOn from, const std::vector<Finding>& findings,
                           bool more_errors = false);

}  // namespace dregs
