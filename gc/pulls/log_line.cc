#include "gc/pulls/log_line.h"

#include "gc/pulls/combined_line.h"
#include "gc/pulls/json_line.h"

namespace dregs {
namespace {

std::string_view without_blanks(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = line.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kBlanks) - first + 1);
}

// Of a line that no driver wrapped, or of what one did.
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
  // As the journal and containerd have it, behind a stamp of their own.
  const std::size_t brace = line.find('{');
  if (brace == std::string_view::npos) return {};
  return parse_json_line(line.substr(brace), wrapped).value_or(LogLine());
}

}  // namespace

LogLine parse_log_line(std::string_view line) {
  line = without_blanks(line);
  LogLine found;
  if (line.empty()) {
    found.kind = LogLine::Kind::silent;
    return found;
  }
  std::string wrapped;
  found = parse_plain(line, wrapped);
  if (wrapped.empty()) return found;
  std::string ignored;
  return parse_plain(without_blanks(wrapped), ignored);
}

}  // namespace dregs
