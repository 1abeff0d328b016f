// What time a server has, by the Date of its answers. Where its machines do not
// agree, the earliest counts: by it everything is younger, and what is young
// stays. object-storage.md#4.2. Any thread may call.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>

namespace dregs {

class ServerClock {
 public:
  // `seconds` since the epoch, just received.
  void note(std::int64_t seconds) {
    const std::int64_t ahead = seconds * kSecond - steady_ns();
    std::int64_t least = ahead_.load();
    while (ahead < least && !ahead_.compare_exchange_weak(least, ahead)) {
    }
  }

  // ns since the epoch; none before the first date.
  std::optional<std::int64_t> now_ns() const {
    const std::int64_t ahead = ahead_.load();
    if (ahead == kUnknown) return std::nullopt;
    return ahead + steady_ns();
  }

  // Signatures carry the local time, corrected once a server refuses it.
  void correct(std::int64_t seconds) {
    correction_.store(seconds - system_seconds());
  }
  std::int64_t signing_seconds() const {
    return system_seconds() + correction_.load();
  }
  std::int64_t correction() const { return correction_.load(); }  // in seconds

  static std::int64_t system_seconds() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }

 private:
  static constexpr std::int64_t kSecond = 1'000'000'000;
  static constexpr std::int64_t kUnknown =
      std::numeric_limits<std::int64_t>::max();

  static std::int64_t steady_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }

  std::atomic<std::int64_t> ahead_{kUnknown};
  std::atomic<std::int64_t> correction_{0};
};

}  // namespace dregs
