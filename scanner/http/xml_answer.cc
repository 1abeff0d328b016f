#include "scanner/http/xml_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstring>

#include "scanner/formats/escaped.h"
#include "scanner/objects/object_store.h"

namespace dregs {
namespace {

// Enough for a name in a message.
std::string shown(std::string_view text) {
  return fmt::format("\"{}\"", escaped(text.substr(0, 200)));
}

bool is_digit(char c) { return '0' <= c && c <= '9'; }

bool are_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// pugixml leaves an entity that it does not know as text.
bool is_known_entity(std::string_view name) {
  if (name.starts_with("#x"))
    return name.size() > 2 &&
           std::all_of(name.begin() + 2, name.end(), [](char c) {
             return is_digit(c) || ('a' <= c && c <= 'f') ||
                    ('A' <= c && c <= 'F');
           });
  if (name.starts_with('#')) return are_digits(name.substr(1));
  return name == "amp" || name == "lt" || name == "gt" || name == "quot" ||
         name == "apos";
}

void refuse_entities(std::string_view xml) {
  for (std::size_t at = xml.find('&'); at != std::string_view::npos;
       at = xml.find('&', at + 1)) {
    const std::size_t end = xml.find(';', at);
    if (end == std::string_view::npos || end - at > 10 ||
        !is_known_entity(xml.substr(at + 1, end - at - 1)))
      refuse_xml("it holds an entity that XML does not know");
  }
}

std::uint64_t demand_number(std::string_view text, std::string_view what) {
  std::uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (!are_digits(text) || error != std::errc{} ||
      end != text.data() + text.size())
    refuse_xml(fmt::format("{} {} is not a number", what, shown(text)));
  return number;
}

// The digits of a fraction of a second, as ns.
std::int64_t parse_fraction(std::string_view digits) {
  std::int64_t ns = 0;
  for (std::size_t i = 0; i < 9; ++i)
    ns = ns * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  return ns;
}

int value_of_hex(char c) {
  if (is_digit(c)) return c - '0';
  if ('a' <= c && c <= 'f') return c - 'a' + 10;
  return 'A' <= c && c <= 'F' ? c - 'A' + 10 : -1;
}

int two_digits(std::string_view text, std::size_t at) {
  return 10 * (text[at] - '0') + (text[at + 1] - '0');
}

// "2026-11-27T11:05:00" with every digit a digit.
bool has_shape_of_time(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00";
  if (text.size() < kShape.size()) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i)
    if (kShape[i] == '0' ? !is_digit(text[i]) : text[i] != kShape[i])
      return false;
  return true;
}

// What follows the seconds, without the 'Z': nothing, or '.' and digits.
std::optional<std::string_view> fraction_of(std::string_view rest) {
  if (!rest.ends_with('Z')) return std::nullopt;
  rest.remove_suffix(1);
  if (rest.empty()) return rest;
  if (rest.front() != '.' || !are_digits(rest.substr(1))) return std::nullopt;
  return rest.substr(1);
}

std::optional<std::int64_t> time_of(std::string_view text) {
  using namespace std::chrono;
  if (!has_shape_of_time(text)) return std::nullopt;
  const auto fraction = fraction_of(text.substr(19));
  const year_month_day date{
      year(100 * two_digits(text, 0) + two_digits(text, 2)),
      month(static_cast<unsigned>(two_digits(text, 5))),
      day(static_cast<unsigned>(two_digits(text, 8)))};
  const int hour = two_digits(text, 11);
  const int minute = two_digits(text, 14);
  const int second = two_digits(text, 17);
  // Within what ns since the epoch can say.
  const bool sane = date.ok() && date.year() >= year(1970) &&
                    date.year() < year(2262) && hour < 24 && minute < 60 &&
                    second <= 60;
  if (!fraction || !sane) return std::nullopt;
  const seconds since = sys_days(date).time_since_epoch() + hours(hour) +
                        minutes(minute) + seconds(second);
  return nanoseconds(since).count() + parse_fraction(*fraction);
}

}  // namespace

void refuse_xml(const std::string& what) { throw StorageError("XML", 0, what); }

XmlAnswer::XmlAnswer(std::string_view xml, std::string_view root) {
  if (xml.size() > kXmlBytesMax)
    refuse_xml(fmt::format("it is larger than {} MiB", kXmlBytesMax >> 20U));
  if (xml.find('\0') != std::string_view::npos)
    refuse_xml("it holds a zero byte");
  refuse_entities(xml);
  // A key of blanks is a key.
  const pugi::xml_parse_result result = document_.load_buffer(
      xml.data(), xml.size(),
      pugi::parse_default | pugi::parse_doctype | pugi::parse_ws_pcdata_single,
      pugi::encoding_utf8);
  if (!result)
    refuse_xml(fmt::format("{} at byte {}", result.description(),
                           static_cast<long long>(result.offset)));
  for (const pugi::xml_node& node : document_.children()) {
    if (node.type() == pugi::node_doctype) refuse_xml("it has a DOCTYPE");
    if (node.type() != pugi::node_element) continue;
    if (root_) refuse_xml("it has two root elements");
    root_ = node;
  }
  if (root_.name() != root)
    refuse_xml(fmt::format("its root element is {}, not {}",
                           shown(root_.name()), root));
}

std::optional<std::string> child_text(const pugi::xml_node& parent,
                                      const char* name) {
  const pugi::xml_node child = parent.child(name);
  if (!child) return std::nullopt;
  if (child.next_sibling(name))
    refuse_xml(fmt::format("{} stands twice in one {}", name, parent.name()));
  std::string text;
  for (const pugi::xml_node& part : child.children()) {
    if (part.type() != pugi::node_pcdata && part.type() != pugi::node_cdata)
      refuse_xml(fmt::format("{} holds more than text", name));
    text += part.value();
  }
  return text;
}

std::string demand_text(const pugi::xml_node& parent, const char* name) {
  std::optional<std::string> text = child_text(parent, name);
  if (!text) refuse_xml(fmt::format("a {} has no {}", parent.name(), name));
  return *std::move(text);
}

bool demand_bool(const pugi::xml_node& parent, const char* name) {
  const std::string text = demand_text(parent, name);
  if (text != "true" && text != "false")
    refuse_xml(
        fmt::format("{} {} is neither true nor false", name, shown(text)));
  return text == "true";
}

std::uint64_t demand_size(const pugi::xml_node& parent, const char* name) {
  return demand_number(demand_text(parent, name), name);
}

std::int64_t demand_time(const pugi::xml_node& parent, const char* name) {
  return parse_time(demand_text(parent, name));
}

std::int64_t parse_time(std::string_view text) {
  const std::optional<std::int64_t> time = time_of(text);
  if (!time) refuse_xml(fmt::format("{} is not a time", shown(text)));
  return *time;
}

std::string url_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? value_of_hex(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? value_of_hex(text[i + 2]) : -1;
    if (high < 0 || low < 0)
      refuse_xml(fmt::format("{} is not URL-encoded", shown(text)));
    out += static_cast<char>(16 * high + low);
    i += 2;
  }
  return out;
}

}  // namespace dregs
