#include "gc/context/deadline_clock.h"

#include <fmt/format.h>

#include <condition_variable>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <system_error>

namespace dregs {
namespace {

void request_at(std::chrono::system_clock::time_point at, StopRequest& stop,
                const std::stop_token& token) {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  woken.wait_until(lock, token, at, [&] { return token.stop_requested(); });
  if (!token.stop_requested()) stop.request(StopReason::deadline);
}

}  // namespace

DeadlineClock::DeadlineClock(
    std::optional<std::chrono::system_clock::time_point> deadline,
    StopRequest& stop) {
  if (!deadline) return;
  try {
    waiter_ =
        std::jthread([at = *deadline, &stop](const std::stop_token& token) {
          request_at(at, stop, token);
        });
  } catch (const std::system_error& error) {
    throw std::runtime_error(
        fmt::format("cannot start the thread that keeps to --deadline: {}; "
                    "allow more tasks",
                    std::strerror(error.code().value())));
  }
}

}  // namespace dregs
