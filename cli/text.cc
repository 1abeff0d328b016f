#include "cli/text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>

namespace dregs {
namespace {

// The length of the UTF-8 sequence at the front, 0 where there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto continues = [&](std::size_t i) {
    return (byte(i) & 0xc0U) == 0x80U;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0 && continues(1)) return 2;
  if (first >= 0xe0 && first < 0xf0 && continues(1) && continues(2)) {
    const bool overlong = first == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = first == 0xed && byte(1) >= 0xa0;
    return overlong || surrogate ? 0 : 3;
  }
  if (first >= 0xf0 && first < 0xf5 && continues(1) && continues(2) &&
      continues(3)) {
    const bool overlong = first == 0xf0 && byte(1) < 0x90;
    const bool beyond = first == 0xf4 && byte(1) >= 0x90;
    return overlong || beyond ? 0 : 4;
  }
  return 0;
}

// C1 controls (U+0080 to U+009F) move cursors as well as C0 ones do.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

std::string escape_bytes(std::string_view bytes) {
  std::string text;
  for (const char c : bytes)
    text += c == '\n'   ? "\\n"
            : c == '\t' ? "\\t"
            : c == '\r'
                ? "\\r"
                : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  return text;
}

template <class Escape>
std::string rewrite(std::string_view bytes, Escape must_escape) {
  std::string text;
  while (!bytes.empty()) {
    const std::size_t length = utf8_length(bytes);
    const std::string_view character =
        bytes.substr(0, length == 0 ? 1 : length);
    if (length == 0 || must_escape(character))
      text += escape_bytes(character);
    else if (character == "\\")
      text += "\\\\";
    else
      text += character;
    bytes.remove_prefix(character.size());
  }
  return text;
}

}  // namespace

std::string escaped(std::string_view bytes) {
  return rewrite(bytes, is_control);
}

std::string escaped_lines(std::string_view bytes) {
  return rewrite(bytes, [](std::string_view character) {
    return character != "\n" && is_control(character);
  });
}

std::string utf8(std::string_view bytes) {
  bool sound = true;
  for (std::string_view rest = bytes; sound && !rest.empty();) {
    const std::size_t length = utf8_length(rest);
    sound = length > 0;
    rest.remove_prefix(length);
  }
  if (sound) return std::string(bytes);
  return rewrite(bytes, [](std::string_view) { return false; });
}

std::string human_bytes(std::uint64_t bytes) {
  constexpr std::array<const char*, 6> kUnits = {"KiB", "MiB", "GiB",
                                                 "TiB", "PiB", "EiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  auto value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 999.95 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits.at(unit));
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string rfc3339(std::int64_t ns_since_epoch) {
  const std::int64_t seconds = ns_since_epoch / 1'000'000'000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(static_cast<std::time_t>(seconds)));
}

std::string counted(std::uint64_t number, std::string_view singular,
                    std::string_view plural) {
  return grouped(number) + " " + std::string(number == 1 ? singular : plural);
}

}  // namespace dregs
