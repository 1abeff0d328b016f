#include "gc/pulls/json_line.h"

#include <string>

#include "gc/pulls/log_time.h"
#include "gc/pulls/quoted.h"
#include "scanner/manifests/go_json.h"

namespace dregs {
namespace {

using JsonObject = simdjson::dom::object;
using simdjson::SUCCESS;

std::string_view text_of(JsonObject object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) == SUCCESS ? text : std::string_view();
}

bool has(JsonObject object, std::string_view key) {
  return object[key].error() == SUCCESS;
}

int status_in(JsonObject object, std::string_view key) {
  std::int64_t status = 0;
  if (object[key].get(status) != SUCCESS || status < 0 || status > 999)
    return 0;
  return static_cast<int>(status);
}

LogLine as_request(std::optional<std::int64_t> at_s, LoggedRequest request) {
  LogLine line;
  if (!at_s || request.method.empty() || request.status == 0) return line;
  line.kind = LogLine::Kind::request;
  request.at_s = *at_s;
  line.request = std::move(request);
  return line;
}

LogLine silent_line() {
  LogLine line;
  line.kind = LogLine::Kind::silent;
  return line;
}

std::optional<std::int64_t> caddy_time(JsonObject top) {
  double seconds = 0;
  if (top["ts"].get(seconds) == SUCCESS) return parse_unix_time(seconds);
  return parse_rfc3339(text_of(top, "ts"));
}

// "headers": {"User-Agent": ["…"]}
std::string caddy_agent(JsonObject request) {
  JsonObject headers;
  simdjson::dom::array agents;
  std::string_view agent;
  if (request["headers"].get(headers) != SUCCESS ||
      headers["User-Agent"].get(agents) != SUCCESS ||
      agents.at(0).get(agent) != SUCCESS)
    return "";
  return std::string(agent);
}

LogLine caddy_line(JsonObject top, JsonObject request) {
  return as_request(caddy_time(top),
                    {0, std::string(text_of(request, "method")),
                     std::string(text_of(request, "uri")),
                     status_in(top, "status"), caddy_agent(request)});
}

LogLine traefik_line(JsonObject top) {
  const std::string_view start = text_of(top, "StartUTC");
  const int status = status_in(top, "DownstreamStatus");
  return as_request(parse_rfc3339(start.empty() ? text_of(top, "time") : start),
                    {0, std::string(text_of(top, "RequestMethod")),
                     std::string(text_of(top, "RequestPath")),
                     status != 0 ? status : status_in(top, "OriginStatus"),
                     std::string(text_of(top, "request_User-Agent"))});
}

LogLine registry_line(JsonObject top) {
  if (!has(top, "http.response.status")) return silent_line();
  return as_request(parse_rfc3339(text_of(top, "time")),
                    {0, std::string(text_of(top, "http.request.method")),
                     std::string(text_of(top, "http.request.uri")),
                     status_in(top, "http.response.status"),
                     std::string(text_of(top, "http.request.useragent"))});
}

bool is_about_a_manifest(JsonObject target) {
  const std::string_view type = text_of(target, "mediaType");
  return type.find("manifest") != std::string_view::npos ||
         type.find("image.index") != std::string_view::npos ||
         text_of(target, "url").find("/manifests/") != std::string_view::npos;
}

std::optional<LoggedEvent> event_of(JsonObject event) {
  const auto at_s = parse_rfc3339(text_of(event, "timestamp"));
  JsonObject target;
  if (!at_s || event["target"].get(target) != SUCCESS) return std::nullopt;
  LoggedEvent found;
  found.at_s = *at_s;
  found.repository = text_of(target, "repository");
  JsonObject request;
  if (event["request"].get(request) == SUCCESS) {
    found.method = text_of(request, "method");
    found.agent = text_of(request, "useragent");
  }
  if (text_of(event, "action") != "pull" || !is_about_a_manifest(target))
    return found;
  for (const char* key : {"digest", "tag"})
    if (const std::string_view reference = text_of(target, key);
        !reference.empty())
      found.references.emplace_back(reference);
  return found;
}

LogLine events_line(simdjson::dom::array events) {
  LogLine line;
  for (const simdjson::dom::element element : events) {
    JsonObject object;
    if (element.get(object) != SUCCESS) return {};
    auto event = event_of(object);
    if (!event) return {};
    line.events.push_back(std::move(*event));
  }
  line.kind = LogLine::Kind::events;
  return line;
}

LogLine single_event_line(JsonObject top) {
  LogLine line;
  if (auto event = event_of(top)) {
    line.kind = LogLine::Kind::events;
    line.events.push_back(std::move(*event));
  }
  return line;
}

bool is_of_the_registry(JsonObject top) {
  for (const auto field : top)
    if (field.key.starts_with("http.request.")) return true;
  return false;
}

LogLine line_of(JsonObject top) {
  simdjson::dom::array events;
  JsonObject request;
  if (top["events"].get(events) == SUCCESS) return events_line(events);
  if (has(top, "action") && has(top, "target")) return single_event_line(top);
  if (has(top, "status") && top["request"].get(request) == SUCCESS)
    return caddy_line(top, request);
  if (has(top, "RequestMethod")) return traefik_line(top);
  if (is_of_the_registry(top)) return registry_line(top);
  return has(top, "level") && has(top, "msg") ? silent_line() : LogLine();
}

// Returns 0 where the text is not a number.
int status_in_words(std::string_view value) {
  int status = 0;
  if (value.size() != 3) return 0;
  for (const char c : value) {
    if (c < '0' || c > '9') return 0;
    status = status * 10 + (c - '0');
  }
  return status;
}

// Takes one KEY=VALUE from the line. Returns false at the end, and where the
// text has another form.
bool take_pair(std::string_view& line, std::string_view& key,
               std::string_view& value) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return false;
  key = line.substr(0, equals);
  line.remove_prefix(equals + 1);
  if (!line.starts_with('"')) {
    value = take_word(line);
    return true;
  }
  const auto quoted = take_quoted(line);
  if (!quoted) return false;
  value = *quoted;
  if (line.starts_with(' ')) line.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<LogLine> parse_json_line(std::string_view line,
                                       std::string& wrapped) {
  JsonObject top;
  if (!line.starts_with('{') || !parse_go_object(line, top))
    return std::nullopt;
  wrapped = text_of(top, "log");
  return wrapped.empty() ? line_of(top) : silent_line();
}

std::optional<LogLine> parse_registry_text_line(std::string_view line) {
  if (!line.starts_with("time=\"")) return std::nullopt;
  std::string_view key;
  std::string_view value;
  std::optional<std::int64_t> at_s;
  LoggedRequest request;
  bool responded = false;
  while (take_pair(line, key, value)) {
    if (key == "time") at_s = parse_rfc3339(value);
    if (key == "http.request.method") request.method = value;
    if (key == "http.request.uri") request.target = value;
    if (key == "http.request.useragent") request.agent = value;
    if (key != "http.response.status") continue;
    responded = true;
    request.status = status_in_words(value);
  }
  return responded ? as_request(at_s, std::move(request)) : silent_line();
}

}  // namespace dregs
