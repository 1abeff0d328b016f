#include "scanner/credentials/shared_files.h"

#include <algorithm>

#include "scanner/formats/lower_case.h"
#include "scanner/formats/trimmed.h"

namespace dregs {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// "[profile a]" and "[a]" are both the profile a.
std::string_view name_of_section(std::string_view line) {
  line.remove_prefix(1);
  line = trimmed(line.substr(0, line.find(']')));
  if (line.starts_with("profile ") || line.starts_with("profile\t"))
    line = trimmed(line.substr(8));
  return line;
}

}  // namespace

std::optional<Profile> find_profile(std::string_view file,
                                    std::string_view name) {
  std::optional<Profile> found;
  bool inside = false;
  while (!file.empty()) {
    const std::size_t end = std::min(file.find('\n'), file.size());
    const std::string_view raw = file.substr(0, end);
    file.remove_prefix(std::min(end + 1, file.size()));
    const std::string_view line = trimmed(raw);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      inside = name_of_section(line) == name;
      if (inside && !found) found.emplace();
      continue;
    }
    const std::size_t equals = line.find('=');
    if (!inside || is_blank(raw.front()) || equals == std::string_view::npos)
      continue;
    (*found)[in_lower_case(trimmed(line.substr(0, equals)))] =
        trimmed(line.substr(equals + 1));
  }
  return found;
}

}  // namespace dregs
