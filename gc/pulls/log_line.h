// What one line of a log says of requests to a registry (retention-rules.md#5):
// the combined format of nginx, Apache and the registry, with and without the
// agent; Caddy's, Traefik's and the registry's own JSON; notifications of a
// registry; and each of these as Docker's json-file driver wraps it. Nothing in
// a line is believed: names are checked by whoever keeps them. Pure but for
// memory that the calling thread keeps; throws std::bad_alloc alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dregs {

struct LoggedRequest {
  std::int64_t at_s = 0;  // seconds since epoch
  std::string method;
  std::string target;  // as it was asked for, with prefix and query
  int status = 0;      // HTTP
  std::string agent;   // empty where the log has none
};

// An event of another kind than a pull has no reference.
struct LoggedEvent {
  std::int64_t at_s = 0;
  std::string method;
  std::string repository;
  std::vector<std::string> references;  // digest and tag of a pulled manifest
  std::string agent;
};

struct LogLine {
  enum class Kind {
    request,
    events,
    silent,   // of a format that is known, and says nothing of a request
    foreign,  // of no format that is known, or damaged
  };
  Kind kind = Kind::foreign;
  LoggedRequest request{};
  std::vector<LoggedEvent> events{};
};

// Without its end. What is no whole line, as one that is still being written,
// is foreign.
LogLine parse_log_line(std::string_view line);

}  // namespace dregs
