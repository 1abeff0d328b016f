#include "cli/terminal/signals.h"

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

}  // namespace dregs
