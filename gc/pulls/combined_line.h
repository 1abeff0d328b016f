// Parts of parse_log_line(), one format each; pure.
#pragma once

#include <optional>
#include <string_view>

#include "gc/pulls/log_line.h"

namespace dregs {

// HOST IDENT USER [TIME] "METHOD TARGET PROTOCOL" STATUS BYTES "REFERER"
// "AGENT", whatever stands before the time or after the agent.
std::optional<LoggedRequest> parse_combined_line(std::string_view line);

}  // namespace dregs
