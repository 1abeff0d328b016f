#include "gc/context/stopped_early.h"

namespace dregs {

ExitCode exit_code_of(StopReason reason) {
  switch (reason) {
    case StopReason::interrupt:
      return ExitCode::interrupted;
    case StopReason::terminate:
      return ExitCode::terminated;
    case StopReason::deadline:
    case StopReason::changed:
      return ExitCode::stopped;
    case StopReason::none:
      return ExitCode::done;
  }
  return ExitCode::done;
}

void stop_early(const StopRequest& stop, const std::string& outcome) {
  const StopReason reason = stop.reason();
  std::string message =
      reason == StopReason::deadline ? "the deadline came" : "interrupted";
  if (!outcome.empty()) message += "; " + outcome;
  throw StoppedEarly(exit_code_of(reason), message);
}

}  // namespace dregs
