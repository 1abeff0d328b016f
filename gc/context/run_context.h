// A RunContext holds what the caller gives to a run: the root, the stop request
// and the progress functions.
#pragma once

#include "gc/context/progress.h"
#include "scanner/disk/root.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

struct RunContext {
  RootRequest root;
  StopRequest& stop;  // borrowed; by signals, and by the run's deadline
  ShowProgress show;
};

}  // namespace dregs
