#include "gc/rules/semantic_version.h"

#include <algorithm>

namespace dregs {
namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
}

bool is_number(std::string_view text) {
  return is_digits(text) && (text.size() == 1 || text.front() != '0');
}

bool is_identifier(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || c == '-';
  });
}

std::vector<std::string> split_at_dots(std::string_view text) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t dot = text.find('.');
    parts.emplace_back(text.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    text.remove_prefix(dot + 1);
  }
}

// Compares numbers of any length.
std::weak_ordering by_value(const std::string& a, const std::string& b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

std::weak_ordering by_identifier(const std::string& a, const std::string& b) {
  if (is_digits(a) && is_digits(b)) return by_value(a, b);
  if (is_digits(a) != is_digits(b)) return is_digits(b) <=> is_digits(a);
  return a <=> b;
}

}  // namespace

std::optional<SemanticVersion> SemanticVersion::parse(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  const std::size_t plus = text.find('+');
  if (plus != std::string_view::npos)
    for (const std::string& each : split_at_dots(text.substr(plus + 1)))
      if (!is_identifier(each)) return std::nullopt;
  text = text.substr(0, plus);
  const std::size_t dash = text.find('-');
  SemanticVersion version;
  version.numbers_ = split_at_dots(text.substr(0, dash));
  if (version.numbers_.size() != 3 ||
      !std::all_of(version.numbers_.begin(), version.numbers_.end(), is_number))
    return std::nullopt;
  if (dash == std::string_view::npos) return version;
  version.prerelease_ = split_at_dots(text.substr(dash + 1));
  for (const std::string& each : version.prerelease_)
    if (!is_identifier(each) || (is_digits(each) && !is_number(each)))
      return std::nullopt;
  return version;
}

std::weak_ordering SemanticVersion::operator<=>(
    const SemanticVersion& other) const {
  for (std::size_t i = 0; i < 3; ++i)
    if (const auto order = by_value(numbers_[i], other.numbers_[i]); order != 0)
      return order;
  if (prerelease_.empty() || other.prerelease_.empty())
    return prerelease_.empty() <=> other.prerelease_.empty();
  return std::lexicographical_compare_three_way(
      prerelease_.begin(), prerelease_.end(), other.prerelease_.begin(),
      other.prerelease_.end(), by_identifier);
}

}  // namespace dregs
