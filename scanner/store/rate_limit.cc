#include "scanner/store/rate_limit.h"

#include <algorithm>
#include <thread>

namespace dregs {
namespace {

using Clock = std::chrono::steady_clock;

// How late a request to stop may be noticed.
constexpr std::int64_t kNap_ns = 50'000'000;

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             Clock::now().time_since_epoch())
      .count();
}

}  // namespace

void RateLimit::spend(std::uint64_t bytes, const StopRequest& stop) {
  if (bytes_per_second_ == 0) return;
  const auto price_ns =
      static_cast<std::int64_t>(1e9 * static_cast<double>(bytes) /
                                static_cast<double>(bytes_per_second_));
  std::int64_t before = paid_ns_.load();
  std::int64_t paid = 0;
  // Time in which nobody read is not saved up.
  do paid = std::max(before, now_ns()) + price_ns;
  while (!paid_ns_.compare_exchange_weak(before, paid));
  for (std::int64_t left = paid - now_ns(); left > 0 && !stop.requested();
       left = paid - now_ns())
    std::this_thread::sleep_for(
        std::chrono::nanoseconds(std::min(left, kNap_ns)));
}

}  // namespace dregs
