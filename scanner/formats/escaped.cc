#include "scanner/formats/escaped.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

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

// Of a whole UTF-8 sequence.
std::uint32_t code_point(std::string_view character) {
  constexpr std::array<unsigned, 5> kLeadBits = {0, 0x7f, 0x1f, 0x0f, 0x07};
  std::uint32_t code =
      static_cast<unsigned char>(character[0]) & kLeadBits.at(character.size());
  for (const char c : character.substr(1))
    code = code << 6U | (static_cast<unsigned char>(c) & 0x3fU);
  return code;
}

struct CodePoints {
  std::uint32_t first;
  std::uint32_t last;
};

// Controls move a cursor, C1 ones as well as C0 ones. Bidirectional controls
// show text in another order than it has, separators break its line, and what
// a terminal draws with no width at all makes two names look alike.
constexpr std::array<CodePoints, 24> kInvisible = {{
    {0x0000, 0x001f},    // C0 controls
    {0x007f, 0x009f},    // delete, C1 controls
    {0x00ad, 0x00ad},    // soft hyphen
    {0x034f, 0x034f},    // combining grapheme joiner
    {0x061c, 0x061c},    // Arabic letter mark
    {0x115f, 0x1160},    // Hangul fillers
    {0x17b4, 0x17b5},    // Khmer inherent vowels
    {0x180b, 0x180f},    // Mongolian selectors, vowel separator
    {0x200b, 0x200f},    // zero width, left-to-right and right-to-left marks
    {0x2028, 0x202e},    // separators of lines, embeddings, overrides
    {0x2060, 0x206f},    // word joiner, isolates
    {0x2800, 0x2800},    // blank Braille pattern
    {0x3164, 0x3164},    // Hangul filler
    {0xfe00, 0xfe0f},    // variation selectors
    {0xfeff, 0xfeff},    // byte order mark
    {0xffa0, 0xffa0},    // halfwidth Hangul filler
    {0xfff0, 0xfffb},    // interlinear annotation
    {0xfffe, 0xffff},    // no characters
    {0x13430, 0x1345f},  // hieroglyph format controls
    {0x1bca0, 0x1bca3},  // shorthand format controls
    {0x1d173, 0x1d17a},  // musical format controls
    {0xe0000, 0xe0fff},  // tags, variation selectors
    {0xf0000, 0xfffff},  // private use
    {0x100000, 0x10ffff},
}};

bool is_invisible(std::string_view character) {
  const std::uint32_t code = code_point(character);
  return std::any_of(kInvisible.begin(), kInvisible.end(),
                     [code](const CodePoints& range) {
                       return range.first <= code && code <= range.last;
                     });
}

bool is_invisible_in_a_line(std::string_view character) {
  return character != "\n" && is_invisible(character);
}

constexpr std::string_view kSingle = "\\";
constexpr std::string_view kDoubled = "\\\\";

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
std::string rewrite(std::string_view bytes, std::string_view backslash,
                    Escape must_escape) {
  std::string text;
  while (!bytes.empty()) {
    const std::size_t length = utf8_length(bytes);
    const std::string_view character =
        bytes.substr(0, length == 0 ? 1 : length);
    if (length == 0 || must_escape(character))
      text += escape_bytes(character);
    else if (character == "\\")
      text += backslash;
    else
      text += character;
    bytes.remove_prefix(character.size());
  }
  return text;
}

}  // namespace

std::string escaped(std::string_view bytes) {
  return rewrite(bytes, kDoubled, is_invisible);
}

std::string escaped_lines(std::string_view bytes) {
  return rewrite(bytes, kDoubled, is_invisible_in_a_line);
}

std::string printable(std::string_view text) {
  return rewrite(text, kSingle, is_invisible);
}

std::string printable_lines(std::string_view text) {
  return rewrite(text, kSingle, is_invisible_in_a_line);
}

std::string utf8(std::string_view bytes) {
  bool sound = true;
  for (std::string_view rest = bytes; sound && !rest.empty();) {
    const std::size_t length = utf8_length(rest);
    sound = length > 0;
    rest.remove_prefix(length);
  }
  if (sound) return std::string(bytes);
  return rewrite(bytes, kDoubled, [](std::string_view) { return false; });
}

}  // namespace dregs
