// unless_stopped() turns the error of a request that a signal cut short into an
// early end.
#pragma once

#include "scanner/inventory/stop_request.h"
#include "scanner/objects/object_store.h"

namespace dregs {

// Returns what `ask` returns; a Result without anything where `stop` was
// requested meanwhile. Throws the StorageErrors of others.
template <class Result, class Ask>
Result unless_stopped(const StopRequest& stop, const Ask& ask) {
  try {
    return ask();
  } catch (const StorageError& error) {
    if (error.code() != "Stopped" || !stop.requested()) throw;
    return Result();
  }
}

}  // namespace dregs
