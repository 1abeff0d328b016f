#include "gc/pulls/log_time.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace dregs {
namespace {

constexpr std::int64_t kFirstRegistry_s = 1'356'998'400;  // 2013-01-01
constexpr std::int64_t kYear2200_s = 7'258'118'400;

std::optional<std::int64_t> if_likely(std::int64_t at_s) {
  if (at_s < kFirstRegistry_s || at_s >= kYear2200_s) return std::nullopt;
  return at_s;
}

// Reads a time part by part, and remembers whether any part failed.
class TimeParts {
 public:
  explicit TimeParts(std::string_view text) : text_(text) {}

  int digits(std::size_t count) {
    if (text_.size() < count) return fail();
    int number = 0;
    for (const char c : text_.substr(0, count)) {
      if (c < '0' || c > '9') return fail();
      number = number * 10 + (c - '0');
    }
    text_.remove_prefix(count);
    return number;
  }

  void expect(char wanted) {
    if (text_.empty() || text_.front() != wanted) {
      fail();
      return;
    }
    text_.remove_prefix(1);
  }

  unsigned month_name() {
    constexpr std::array<std::string_view, 12> kMonths = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun",
        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto* found =
        std::find(kMonths.begin(), kMonths.end(), text_.substr(0, 3));
    if (found == kMonths.end()) return static_cast<unsigned>(fail());
    text_.remove_prefix(3);
    return static_cast<unsigned>(found - kMonths.begin()) + 1;
  }

  void skip_fraction() {
    if (text_.empty() || (text_.front() != '.' && text_.front() != ',')) return;
    text_.remove_prefix(1);
    while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9')
      text_.remove_prefix(1);
  }

  // "Z", "+0100" or "+01:00", to its end; seconds east of Greenwich.
  int offset() {
    if (text_ == "Z" || text_ == "z") return 0;
    const bool west = text_.starts_with('-');
    if (!west && !text_.starts_with('+')) return fail();
    text_.remove_prefix(1);
    const int hours = digits(2);
    if (text_.starts_with(':')) text_.remove_prefix(1);
    const int minutes = digits(2);
    if (!text_.empty() || hours > 23 || minutes > 59) fail();
    const int seconds = hours * 3600 + minutes * 60;
    return west ? -seconds : seconds;
  }

  bool failed() const { return failed_; }

 private:
  int fail() {
    failed_ = true;
    return 0;
  }

  std::string_view text_;
  bool failed_ = false;
};

struct CivilTime {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;  // 60 is a leap second
};

std::optional<std::int64_t> seconds_of(const CivilTime& at, int offset_s) {
  const std::chrono::year_month_day date{std::chrono::year(at.year),
                                         std::chrono::month(at.month),
                                         std::chrono::day(at.day)};
  if (!date.ok() || at.hour > 23 || at.minute > 59 || at.second > 60)
    return std::nullopt;
  const std::int64_t days =
      std::chrono::sys_days(date).time_since_epoch().count();
  return if_likely(days * 86'400 + at.hour * 3600 + at.minute * 60 + at.second -
                   offset_s);
}

void read_clock(TimeParts& parts, CivilTime& at) {
  at.hour = parts.digits(2);
  parts.expect(':');
  at.minute = parts.digits(2);
  parts.expect(':');
  at.second = parts.digits(2);
}

}  // namespace

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  TimeParts parts(text);
  CivilTime at;
  at.year = parts.digits(4);
  parts.expect('-');
  at.month = static_cast<unsigned>(parts.digits(2));
  parts.expect('-');
  at.day = static_cast<unsigned>(parts.digits(2));
  parts.expect('T');
  read_clock(parts, at);
  parts.skip_fraction();
  const int offset_s = parts.offset();
  return parts.failed() ? std::nullopt : seconds_of(at, offset_s);
}

std::optional<std::int64_t> parse_common_log_time(std::string_view text) {
  TimeParts parts(text);
  CivilTime at;
  at.day = static_cast<unsigned>(parts.digits(2));
  parts.expect('/');
  at.month = parts.month_name();
  parts.expect('/');
  at.year = parts.digits(4);
  parts.expect(':');
  read_clock(parts, at);
  parts.expect(' ');
  const int offset_s = parts.offset();
  return parts.failed() ? std::nullopt : seconds_of(at, offset_s);
}

std::optional<std::int64_t> parse_unix_time(double seconds) {
  if (!(seconds >= 0 && seconds < static_cast<double>(kYear2200_s)))
    return std::nullopt;
  return if_likely(static_cast<std::int64_t>(seconds));
}

}  // namespace dregs
