// StoppedEarly ends a run that was stopped before it had a report.
#pragma once

#include <stdexcept>
#include <string>

#include "gc/context/exit_code.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

// Returns the exit code of a run that was stopped for this reason.
ExitCode exit_code_of(StopReason reason);

// Is thrown where a run was stopped before it had anything to report. main
// reports it, as a JSON document where --json was given.
class StoppedEarly : public std::runtime_error {
 public:
  StoppedEarly(ExitCode code, const std::string& message)
      : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

// Throws StoppedEarly. `outcome` is "nothing was removed" or the like, or
// empty.
[[noreturn]] void stop_early(const StopRequest& stop,
                             const std::string& outcome);

}  // namespace dregs
