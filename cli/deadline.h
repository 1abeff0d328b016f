// When a run has to end: a flag's value, and the clock that keeps to it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include "cli/options.h"
#include "scanner/stop_request.h"

namespace dregs {

// A span from `now` on (90s, 15m, 36h, 7d, 2w), or the next time that the
// local clock shows HH:MM; none where the text is neither.
std::optional<std::chrono::system_clock::time_point> parse_deadline(
    const std::string& text, std::chrono::system_clock::time_point now);

// Adds --deadline; a span counts from when the words are parsed.
void add_deadline(
    CLI::App& app,
    std::optional<std::chrono::system_clock::time_point>& deadline);

// Requests the stop when the time comes, as long as it lives.
class DeadlineClock {
 public:
  DeadlineClock(std::optional<std::chrono::system_clock::time_point> deadline,
                StopRequest& stop);

 private:
  std::jthread waiter_;
};

}  // namespace dregs
