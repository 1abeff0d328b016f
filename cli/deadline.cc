#include "cli/deadline.h"

#include <fmt/format.h>

#include <condition_variable>
#include <cstring>
#include <ctime>
#include <map>
#include <mutex>
#include <stdexcept>
#include <system_error>

namespace dregs {
namespace {

using Clock = std::chrono::system_clock;
using std::chrono::seconds;

std::optional<seconds> parse_span(std::string_view text) {
  static const std::map<char, unsigned> kUnits = {
      {'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86'400}, {'w', 604'800}};
  if (text.empty()) return std::nullopt;
  const auto unit = kUnits.find(text.back());
  const auto count = whole_number(text.substr(0, text.size() - 1));
  if (unit == kUnits.end() || !count) return std::nullopt;
  return seconds(std::int64_t{*count} * unit->second);
}

// "6:00", "23:30"
std::optional<Clock::time_point> parse_time_of_day(std::string_view text,
                                                   Clock::time_point now) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.size() - colon != 3)
    return std::nullopt;
  const auto hour = whole_number(text.substr(0, colon));
  const auto minute = whole_number(text.substr(colon + 1));
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  const std::time_t today = Clock::to_time_t(now);
  std::tm parts{};
  ::localtime_r(&today, &parts);
  parts.tm_hour = static_cast<int>(*hour);
  parts.tm_min = static_cast<int>(*minute);
  parts.tm_sec = 0;
  parts.tm_isdst = -1;
  if (const std::time_t at = std::mktime(&parts); at > today)
    return Clock::from_time_t(at);
  ++parts.tm_mday;
  parts.tm_isdst = -1;
  return Clock::from_time_t(std::mktime(&parts));
}

void request_at(Clock::time_point at, StopRequest& stop,
                const std::stop_token& token) {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  woken.wait_until(lock, token, at, [&] { return token.stop_requested(); });
  if (!token.stop_requested()) stop.request(StopReason::deadline);
}

}  // namespace

std::optional<Clock::time_point> parse_deadline(const std::string& text,
                                                Clock::time_point now) {
  if (const auto span = parse_span(text)) return now + *span;
  return parse_time_of_day(text, now);
}

void add_deadline(CLI::App& app, std::optional<Clock::time_point>& deadline) {
  app.add_option_function<std::string>(
         "--deadline",
         [&deadline](const std::string& text) {
           deadline = parse_deadline(text, Clock::now());
           if (!deadline)
             throw CLI::ValidationError(
                 "--deadline", "'" + text +
                                   "' is neither a time nor a time span; write "
                                   "06:00, 90m or 8h");
         },
         "Stop cleanly then, with exit code 4: 06:00, or 90m from now")
      ->type_name("TIME");
}

DeadlineClock::DeadlineClock(std::optional<Clock::time_point> deadline,
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
