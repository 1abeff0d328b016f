#include "gc/pulls/log_line.h"

#include "gc/pulls/combined_line.h"
#include "gc/pulls/json_line.h"
#include "scanner/formats/trimmed.h"

namespace dregs {
namespace {

// Reads a line as the program wrote it, without the wrapping of a log driver.
LogLine parse_plain(std::string_view line, std::string& wrapped) {
  if (line.starts_with('{'))
    return parse_json_line(line, wrapped).value_or(LogLine());
  if (auto request = parse_combined_line(line)) {
    LogLine found;
    found.kind = LogLine::Kind::request;
    found.request = std::move(*request);
    return found;
  }
  if (auto words = parse_registry_text_line(line)) return std::move(*words);
  // The journal and containerd put a stamp of their own before the line.
  const std::size_t brace = line.find('{');
  if (brace == std::string_view::npos) return {};
  return parse_json_line(line.substr(brace), wrapped).value_or(LogLine());
}

}  // namespace

LogLine parse_log_line(std::string_view line) {
  line = trimmed(line);
  LogLine found;
  if (line.empty()) {
    found.kind = LogLine::Kind::silent;
    return found;
  }
  std::string wrapped;
  found = parse_plain(line, wrapped);
  if (wrapped.empty()) return found;
  std::string ignored;
  return parse_plain(trimmed(wrapped), ignored);
}

}  // namespace dregs
