// A DeadlineClock ends a run at a given time.
#pragma once

#include <chrono>
#include <optional>
#include <thread>

#include "scanner/inventory/stop_request.h"

namespace dregs {

// Requests the stop when the time comes. It does so only while the object
// lives.
class DeadlineClock {
 public:
  DeadlineClock(std::optional<std::chrono::system_clock::time_point> deadline,
                StopRequest& stop);

 private:
  std::jthread waiter_;
};

}  // namespace dregs
