// The times that logs are stamped with. Pure functions; nothing throws.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace dregs {

// All in seconds since epoch, UTC; nothing before 2013, when there was no
// registry, and nothing after the year 2200: every doubt about a time makes it
// none.

// "2026-11-27T07:14:08Z", with fractions or "+01:00" as well.
std::optional<std::int64_t> parse_rfc3339(std::string_view text);

// "27/Nov/2026:07:14:08 +0000", as nginx, Apache and the registry have it.
std::optional<std::int64_t> parse_common_log_time(std::string_view text);

// Seconds with a fraction, as Caddy has it.
std::optional<std::int64_t> parse_unix_time(double seconds);

}  // namespace dregs
