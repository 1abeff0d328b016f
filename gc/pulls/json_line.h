// Parts of parse_log_line(): lines of JSON, and the registry's own of words
// with values. Not pure only in the memory that the thread keeps.
#pragma once

#include <optional>
#include <string_view>

#include "gc/pulls/log_line.h"

namespace dregs {

// Caddy's, Traefik's and the registry's objects, and notifications. None where
// it is no JSON object. What Docker wrapped is put into `wrapped` instead.
std::optional<LogLine> parse_json_line(std::string_view line,
                                       std::string& wrapped);

// time="…" level=info msg="response completed" http.request.method=GET …; none
// where it does not begin so.
std::optional<LogLine> parse_registry_text_line(std::string_view line);

}  // namespace dregs
