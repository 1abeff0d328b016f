#include "scanner/http/pace.h"

#include <algorithm>

namespace dregs {
namespace {

constexpr std::chrono::milliseconds kLook{100};  // for a request to stop

std::chrono::nanoseconds gap_of(double per_second) {
  if (per_second <= 0) return std::chrono::nanoseconds(0);
  return std::chrono::nanoseconds(
      static_cast<std::int64_t>(1'000'000'000 / per_second));
}

}  // namespace

Pace::Pace(unsigned connections, double per_second)
    : most_(std::max(1U, connections)),
      gap_(gap_of(per_second)),
      allowed_(most_) {}

std::uint64_t Pace::begin(const std::function<bool()>& stopped) {
  std::unique_lock lock(mutex_);
  while (true) {
    if (stopped && stopped()) return 0;
    const Clock::time_point now = Clock::now();
    if (running_ >= allowed_)
      turn_.wait_for(lock, kLook);
    else if (now < next_)
      turn_.wait_for(lock,
                     std::min<std::chrono::nanoseconds>(kLook, next_ - now));
    else
      break;
  }
  next_ = std::max(next_, Clock::now()) + gap_;
  ++running_;
  return ++tickets_;
}

void Pace::end(std::uint64_t ticket, bool overloaded) {
  const std::lock_guard lock(mutex_);
  --running_;
  if (overloaded && ticket > halved_at_) {
    allowed_ = std::max(1U, allowed_ / 2);
    halved_at_ = tickets_;
    served_ = 0;
  } else if (!overloaded && allowed_ < most_ && ++served_ >= allowed_) {
    ++allowed_;
    served_ = 0;
  }
  turn_.notify_all();
}

unsigned Pace::allowed() const {
  const std::lock_guard lock(mutex_);
  return allowed_;
}

}  // namespace dregs
