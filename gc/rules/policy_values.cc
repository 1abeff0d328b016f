#include "gc/rules/policy_values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace dregs {

std::string read_choice(const PolicyNode& node, std::string_view what,
                        const std::vector<std::string_view>& words) {
  std::string text = node.text(what);
  if (std::find(words.begin(), words.end(), text) == words.end())
    node.fail(fmt::format("{} is '{}', and can be {}", what, text,
                          fmt::join(words, " or ")));
  return text;
}

std::uint64_t read_number(const PolicyNode& node, std::string_view what) {
  const std::string text = node.text(what);
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || rest != end)
    node.fail(
        fmt::format("{} is '{}', and is to be a whole number", what, text));
  return value;
}

std::uint64_t read_count(const PolicyNode& node, std::string_view what) {
  const std::uint64_t value = read_number(node, what);
  if (value == 0)
    node.fail(fmt::format("{}: 0 keeps nothing; leave it out", what));
  return value;
}

Age read_age(const PolicyNode& node, std::string_view what) {
  try {
    return parse_age(node.text(what));
  } catch (const AgeError& error) {
    node.fail(fmt::format("{}: {}", what, error.what()));
  }
}

std::vector<std::string> read_texts(const PolicyNode& node,
                                    std::string_view what) {
  std::vector<std::string> all;
  for (const PolicyNode& item : node.items(what))
    all.push_back(item.text(what));
  return all;
}

std::vector<NamePattern> read_patterns(const PolicyNode& node,
                                       std::string_view what) {
  std::vector<NamePattern> all;
  for (const PolicyNode& item : node.items(what)) try {
      all.emplace_back(item.text(what));
    } catch (const PatternError& error) {
      item.fail(error.what());
    }
  return all;
}

std::vector<NamePattern> read_required_patterns(const PolicyNode& rule,
                                                std::string_view key) {
  const auto node = rule.at(key);
  if (!node) rule.fail(fmt::format("a rule needs {}: [PATTERN, …]", key));
  std::vector<NamePattern> all = read_patterns(*node, key);
  if (all.empty())
    node->fail(fmt::format("{} is empty: it names nothing", key));
  return all;
}

}  // namespace dregs
