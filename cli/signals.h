// SIGINT and SIGTERM ask the work to stop between two items; a second one
// ends the process at once, which is safe too, only less tidy.
#pragma once

#include <stdexcept>
#include <string>

#include "cli/exit_code.h"
#include "scanner/stop_request.h"

namespace dregs {

// The one request of this process, set by signals from the first call on.
StopRequest& stop_on_signals();

// What a run that was stopped exits with.
ExitCode exit_code_of(StopReason reason);

// A run was stopped before it had anything to report. main says so, in a
// document where --json asks for one.
class StoppedEarly : public std::runtime_error {
 public:
  StoppedEarly(ExitCode code, const std::string& message)
      : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

// Throws it. `outcome`: "nothing was removed", or empty.
[[noreturn]] void stop_early(const StopRequest& stop,
                             const std::string& outcome);

}  // namespace dregs
