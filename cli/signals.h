// SIGINT and SIGTERM ask the work to stop between two items; a second one
// ends the process at once, which is safe too, only less tidy.
#pragma once

#include "cli/exit_code.h"
#include "scanner/stop_request.h"

namespace dregs {

// The one request of this process, set by signals from the first call on.
StopRequest& stop_on_signals();

// What a run that was stopped exits with.
ExitCode exit_code_of(StopReason reason);

}  // namespace dregs
