// Reads lines of JSON, and the registry's lines of KEY=VALUE, for
// parse_log_line(). Each thread keeps memory for its parser; otherwise these
// functions are pure.
#pragma once

#include <optional>
#include <string_view>

#include "gc/pulls/log_line.h"

namespace dregs {

// Reads an object of Caddy, of Traefik or of the registry, or a notification.
// Returns none where the line is not a JSON object. A line that Docker wrapped
// goes into `wrapped`.
std::optional<LogLine> parse_json_line(std::string_view line,
                                       std::string& wrapped);

// Reads time="…" level=info msg="response completed" http.request.method=GET …
// Returns none where the line does not begin so.
std::optional<LogLine> parse_registry_text_line(std::string_view line);

}  // namespace dregs
