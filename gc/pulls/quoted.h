// Reads text in quotes, as logs have it. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace dregs {

// Takes the quoted text at the beginning of `text`, and returns it without its
// quotes. A backslash escapes the next character; both stay in the result.
// Returns none where the closing quote is missing.
inline std::optional<std::string_view> take_quoted(std::string_view& text) {
  if (!text.starts_with('"')) return std::nullopt;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      const std::string_view inside = text.substr(1, i - 1);
      text.remove_prefix(i + 1);
      return inside;
    }
  }
  return std::nullopt;
}

inline std::string_view take_word(std::string_view& text) {
  const std::size_t end = text.find(' ');
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

}  // namespace dregs
