#include "gc/context/fail_on.h"

#include <algorithm>

namespace dregs {

ExitCode exit_code_of_done(FailOn from, const std::vector<Finding>& findings,
                           bool more_errors) {
  if (from == FailOn::never) return ExitCode::done;
  const auto fails = [from](const Finding& finding) {
    return finding.pins || finding.severity() == Severity::error ||
           (from == FailOn::warning && finding.severity() == Severity::warning);
  };
  return more_errors || std::any_of(findings.begin(), findings.end(), fails)
             ? ExitCode::problems
             : ExitCode::done;
}

}  // namespace dregs
