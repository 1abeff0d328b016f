// Reads one line of the combined log format, for parse_log_line(). Pure.
#pragma once

#include <optional>
#include <string_view>

#include "gc/pulls/log_line.h"

namespace dregs {

// The line is HOST IDENT USER [TIME] "METHOD TARGET PROTOCOL" STATUS BYTES
// "REFERER" "AGENT". Any text may stand before the time or after the agent.
std::optional<LoggedRequest> parse_combined_line(std::string_view line);

}  // namespace dregs
