// SIGINT and SIGTERM ask the work to stop between two items; a second one
// ends the process at once, which is safe too, only less tidy.
#pragma once

#include "scanner/inventory/stop_request.h"

namespace dregs {

// The one request of this process, set by signals from the first call on.
StopRequest& stop_on_signals();

}  // namespace dregs
