#include "cli/arguments/deadline.h"

#include <ctime>
#include <map>

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

}  // namespace dregs
