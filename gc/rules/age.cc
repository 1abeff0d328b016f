#include "gc/rules/age.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

namespace dregs {
namespace {

constexpr std::int64_t kSecondInAge_ns = 1'000'000'000;

std::int64_t unit_ns(std::string_view unit) {
  if (unit == "s") return kSecondInAge_ns;
  if (unit == "h") return 3600 * kSecondInAge_ns;
  if (unit == "d") return 86'400 * kSecondInAge_ns;
  if (unit == "w") return 7 * 86'400 * kSecondInAge_ns;
  if (unit == "y") return 365 * 86'400 * kSecondInAge_ns;
  return 0;
}

}  // namespace

Age parse_age(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  const bool counted = error == std::errc() && number > 0;
  if (counted && unit == "m")
    throw AgeError(fmt::format(
        "'{}' could be minutes or months; write days or hours: 30d, 12h",
        text));
  const std::int64_t one = unit_ns(unit);
  if (!counted || one == 0)
    throw AgeError(
        fmt::format("'{}' is not a time span; write 12h, 30d, 2w or 1y", text));
  if (number > std::numeric_limits<std::int64_t>::max() / one)
    throw AgeError(fmt::format("'{}' is too long a time span", text));
  return {number * one, std::string(text)};
}

}  // namespace dregs
