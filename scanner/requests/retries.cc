#include "scanner/requests/retries.h"

#include <algorithm>
#include <random>
#include <thread>

#include "scanner/requests/s3_errors.h"

namespace dregs {
namespace {

// A server that never answered may not exist: whoever mistyped its name need
// not wait for long.
constexpr unsigned kFirstTries = 3;

std::chrono::milliseconds with_jitter(std::chrono::milliseconds pause) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const auto least = pause.count() / 2;
  return std::chrono::milliseconds(least +
                                   std::uniform_int_distribution<std::int64_t>(
                                       0, pause.count() - least)(random));
}

}  // namespace

bool helps_to_ask_again(const Attempt& attempt, unsigned tries, bool answered,
                        const ClientSettings& settings) {
  if (attempt.hopeless || tries >= settings.tries) return false;
  if (attempt.no_host && !answered) return tries < kFirstTries;
  if (!attempt.broken.empty()) return true;
  return may_pass(attempt.http.status, attempt.error.code);
}

bool wait_before_retry(unsigned tries, const ClientSettings& settings) {
  using Clock = std::chrono::steady_clock;
  const auto doubled = settings.first_pause * (1U << std::min(tries - 1, 16U));
  const Clock::time_point end =
      Clock::now() + with_jitter(std::min<std::chrono::milliseconds>(
                         settings.longest_pause, doubled));
  while (Clock::now() < end) {
    if (settings.stopped && settings.stopped()) return false;
    std::this_thread::sleep_for(std::min<Clock::duration>(
        std::chrono::milliseconds(100), end - Clock::now()));
  }
  return true;
}

}  // namespace dregs
