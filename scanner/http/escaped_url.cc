#include "scanner/http/escaped_url.h"

#include <fmt/format.h>

namespace dregs {
namespace {

bool is_unreserved(char c) {
  return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') ||
         ('0' <= c && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

std::string escaped_but(std::string_view text, bool keep_slash) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c) || (keep_slash && c == '/'))
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace

std::string escaped_path(std::string_view path) {
  return escaped_but(path, true);
}

std::string escaped_word(std::string_view word) {
  return escaped_but(word, false);
}

}  // namespace dregs
