// parse_log_line() says what one line of a log tells about requests to a
// registry (retention-rules.md#5). It reads the combined format of nginx,
// Apache and the registry, with and without the agent; the JSON of Caddy,
// Traefik and the registry; notifications of a registry; and each of these as
// Docker's json-file driver wraps it. It does not check names: PullTimes does.
// Each thread keeps memory for its parser; otherwise it is pure. Throws only
// std::bad_alloc.
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

// An event that is not a pull has no reference.
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

// `line` has no line end. A part of a line, such as one that a server still
// writes, is foreign.
LogLine parse_log_line(std::string_view line);

}  // namespace dregs
