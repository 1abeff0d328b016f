#include "gc/rules/tag_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace dregs {
namespace {

bool is_group_digit(char c) { return c >= '1' && c <= '9'; }

// Calls group(n) for each `$n`, and other(c) for what stands between them.
void walk_per(const std::string& per, const std::function<void(int)>& group,
              const std::function<void(char)>& other) {
  for (std::size_t i = 0; i < per.size(); ++i)
    if (per[i] == '$' && i + 1 < per.size() && is_group_digit(per[i + 1]))
      group(per[++i] - '0');
    else
      other(per[i]);
}

}  // namespace

void check_per(const std::string& per, const std::vector<NamePattern>& tags) {
  int most = 0;
  walk_per(
      per, [&](int n) { most = std::max(most, n); }, [](char) {});
  if (most == 0)
    throw PatternError(fmt::format(
        "per: '{}' names no group; write $1 for the first (…) of tags", per));
  for (const NamePattern& each : tags)
    if (each.groups() < most)
      throw PatternError(fmt::format(
          "per: '{}' names group {}, and '{}' has {}", per, most, each.text(),
          each.is_regex() ? std::to_string(each.groups())
                          : "none, since it is no /regular expression/"));
}

std::string group_of(const std::string& tag, const std::string& per,
                     const NamePattern& pattern) {
  if (per.empty()) return {};
  const std::vector<std::string> groups =
      pattern.captures(tag).value_or(std::vector<std::string>());
  std::string name;
  walk_per(
      per,
      [&](int n) {
        const auto at = static_cast<std::size_t>(n) - 1;
        if (at < groups.size()) name += groups[at];
      },
      [&](char c) { name += c; });
  return name;
}

}  // namespace dregs
