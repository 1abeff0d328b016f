#include "cli/signals.h"

#include <unistd.h>
#include <csignal>

namespace dregs {
namespace {

StopRequest process_stop;

void on_signal(int signal) {
  if (process_stop.requested()) ::_exit(128 + signal);
  process_stop.request(signal == SIGINT ? StopReason::interrupt
                                        : StopReason::terminate);
}

}  // namespace

StopRequest& stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  return process_stop;
}

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
