#include "scanner/manifests/go_json.h"

#include <algorithm>
#include <charconv>
#include <new>

namespace dregs {
namespace {

namespace dom = simdjson::dom;

bool is_number_byte(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' ||
         c == 'e' || c == 'E';
}

std::size_t count_digits(std::string_view text, std::size_t at) {
  const std::size_t end = text.find_first_not_of("0123456789", at);
  return std::min(end, text.size()) - at;
}

// By the grammar of JSON: no leading zeros, digits on both sides of a point.
bool is_json_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = count_digits(text, at);
  if (whole == 0 || (whole > 1 && text[at] == '0')) return false;
  at += whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = count_digits(text, at + 1);
    if (fraction == 0) return false;
    at += 1 + fraction;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t exponent = count_digits(text, at);
    if (exponent == 0) return false;
    at += exponent;
  }
  return at == text.size();
}

bool is_int64(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stopped == end;
}

// How many bytes the UTF-8 sequence at `at` has; 0 where it is not one.
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xc2 && first <= 0xdf   ? 2
                             : first >= 0xe0 && first <= 0xef ? 3
                             : first >= 0xf0 && first <= 0xf4 ? 4
                                                              : 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const unsigned second = byte(1);
  const bool overlong =
      (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool surrogate = first == 0xed && second > 0x9f;
  const bool beyond_unicode = first == 0xf4 && second > 0x8f;
  return overlong || surrogate || beyond_unicode ? 0 : length;
}

// The code unit of the escape \uXXXX at `at`, if there is one.
std::optional<unsigned> escaped_unit(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) != "\\u" || at + 6 > text.size()) return std::nullopt;
  unsigned unit = 0;
  const char* first = text.data() + at + 2;
  const auto [stopped, error] = std::from_chars(first, first + 4, unit, 16);
  if (error != std::errc() || stopped != first + 4) return std::nullopt;
  return unit;
}

bool is_high_surrogate(unsigned unit) {
  return unit >= 0xd800 && unit < 0xdc00;
}
bool is_low_surrogate(unsigned unit) { return unit >= 0xdc00 && unit < 0xe000; }

class Respelling {
 public:
  explicit Respelling(std::string_view bytes) : bytes_(bytes) {
    out_.reserve(bytes.size());
  }

  std::string run() {
    while (at_ < bytes_.size()) {
      const char c = bytes_[at_];
      if (c == '"')
        copy_text();
      else if (is_number_byte(c))
        copy_number();
      else
        copy(1);
    }
    return std::move(out_);
  }

 private:
  void copy(std::size_t count) {
    out_ += bytes_.substr(at_, count);
    at_ += count;
  }

  void replace(std::size_t count, std::string_view by) {
    out_ += by;
    at_ += count;
  }

  // "e" of "true" and its like come here too, and stay as they are.
  void copy_number() {
    std::size_t end = at_;
    while (end < bytes_.size() && is_number_byte(bytes_[end])) ++end;
    const std::string_view text = bytes_.substr(at_, end - at_);
    if (is_json_number(text) && !is_int64(text))
      replace(text.size(), "0.5");
    else
      copy(text.size());
  }

  void copy_text() {
    copy(1);
    while (at_ < bytes_.size() && bytes_[at_] != '"')
      if (bytes_[at_] == '\\')
        copy_escape();
      else if (const std::size_t length = utf8_length(bytes_, at_))
        copy(length);
      else
        replace(1, "?");
    if (at_ < bytes_.size()) copy(1);
  }

  void copy_escape() {
    const auto unit = escaped_unit(bytes_, at_);
    if (!unit) return copy(2);
    const auto next = escaped_unit(bytes_, at_ + 6);
    if (is_high_surrogate(*unit) && next && is_low_surrogate(*next))
      return copy(12);
    if (is_high_surrogate(*unit) || is_low_surrogate(*unit))
      return replace(6, "?");
    copy(6);
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::string out_;
};

// Want of memory says nothing about the bytes.
simdjson::error_code demand_memory(simdjson::error_code error) {
  if (error == simdjson::MEMALLOC) throw std::bad_alloc();
  return error;
}

}  // namespace

bool parse_go_object(std::string_view bytes, dom::object& top) {
  // simdjson skips a byte order mark; Go refuses it.
  if (bytes.starts_with("\xef\xbb\xbf")) return false;
  constexpr std::size_t kKeepUpTo = 1024 * 1024;
  thread_local dom::parser parser;
  thread_local std::string padded;
  if (padded.capacity() > kKeepUpTo && bytes.size() <= kKeepUpTo) {
    padded = {};
    parser = dom::parser();
  }
  if (parser.max_depth() != kDeepestJson)
    demand_memory(parser.allocate(kKeepUpTo, kDeepestJson));
  const auto parse = [&] {
    padded.reserve(padded.size() + simdjson::SIMDJSON_PADDING);
    return demand_memory(
               parser.parse(padded.data(), padded.size(), false).get(top)) ==
           simdjson::SUCCESS;
  };
  // Reserved first: a string that is full grows to twice its size.
  padded.clear();
  padded.reserve(bytes.size() + simdjson::SIMDJSON_PADDING);
  padded.assign(bytes);
  if (parse()) return true;
  padded = respell_as_strict_json(bytes);
  return padded != bytes && parse();
}

std::string respell_as_strict_json(std::string_view bytes) {
  return Respelling(bytes).run();
}

}  // namespace dregs
