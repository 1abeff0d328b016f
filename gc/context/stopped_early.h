// What a run that was stopped ends with.
#pragma once

#include <stdexcept>
#include <string>

#include "gc/context/exit_code.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

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
