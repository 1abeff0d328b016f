// A RunContext holds what the caller gives to a run: the root, the stop
// request, the progress functions, and what makes the exit code 1.
#pragma once

#include "gc/context/fail_on.h"
#include "gc/context/progress.h"
#include "scanner/disk/root.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

struct RunContext {
  RootRequest root;
  StopRequest& stop;  // borrowed; by signals, and by the run's deadline
  ShowProgress show;
  FailOn fail_on = FailOn::error;
};

}  // namespace dregs
