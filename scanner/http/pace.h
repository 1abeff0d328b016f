// How many requests go out at once, and how fast. An overloaded server gets
// half as many; each full round that it serves gives it one more, up to the
// number that was allowed at first. object-storage.md#4.7. Any thread may call.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

namespace dregs {

class Pace {
 public:
  // `per_second` 0: as fast as the server answers.
  Pace(unsigned connections, double per_second);

  // Waits for its turn and returns a ticket for end(). 0 where `stopped` became
  // true before.
  std::uint64_t begin(const std::function<bool()>& stopped);
  void end(std::uint64_t ticket, bool overloaded);

  unsigned allowed() const;

 private:
  using Clock = std::chrono::steady_clock;

  const unsigned most_;
  const std::chrono::nanoseconds gap_;
  mutable std::mutex mutex_;
  std::condition_variable turn_;
  unsigned allowed_;
  unsigned running_ = 0;
  unsigned served_ = 0;  // since allowed_ changed
  std::uint64_t tickets_ = 0;
  std::uint64_t halved_at_ = 0;  // what began before says nothing new
  Clock::time_point next_{};
};

}  // namespace dregs
