// At most so many bytes a second, by all threads together.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "scanner/inventory/stop_request.h"

namespace dregs {

// Thread-safe.
class RateLimit {
 public:
  RateLimit() = default;
  // 0: no limit.
  explicit RateLimit(std::uint64_t bytes_per_second)
      : bytes_per_second_(bytes_per_second) {}

  // Waits until these bytes, already read, are paid for; ends early where
  // `stop` is requested.
  void spend(std::uint64_t bytes, const StopRequest& stop);

 private:
  std::uint64_t bytes_per_second_ = 0;
  // When all that was spent so far is paid for; ns of the steady clock.
  std::atomic<std::int64_t> paid_ns_{0};
};

}  // namespace dregs
