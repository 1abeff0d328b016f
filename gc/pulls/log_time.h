// These functions read the time stamps of logs. They are pure and do not throw.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace dregs {

// Each returns seconds since the epoch, UTC. A time before 2013 or after 2200
// is none: there was no registry before 2013, and every doubt about a time
// makes it none.

// Reads "2026-11-27T07:14:08Z", also with fractions and with "+01:00".
std::optional<std::int64_t> parse_rfc3339(std::string_view text);

// Reads "27/Nov/2026:07:14:08 +0000", as nginx, Apache and the registry write
// it.
std::optional<std::int64_t> parse_common_log_time(std::string_view text);

// Reads seconds with a fraction, as Caddy writes them.
std::optional<std::int64_t> parse_unix_time(double seconds);

}  // namespace dregs
