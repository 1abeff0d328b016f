#include "gc/bucket/removed_versions.h"

#include <fmt/format.h>

#include <charconv>

namespace dregs {
namespace {

constexpr std::string_view kHead = "dregs removed versions 1\n";
constexpr std::string_view kEnd = "end\n";

// A path of the registry, and of nothing else.
bool is_path(std::string_view path) {
  return (path.starts_with("blobs/") || path.starts_with("repositories/")) &&
         path.find('\n') == std::string_view::npos;
}

bool is_version(std::string_view id) {
  return !id.empty() && id.find_first_of(" \n") == std::string_view::npos;
}

std::optional<std::uint64_t> bytes_from(std::string_view text) {
  std::uint64_t bytes = 0;
  const char* const end = text.data() + text.size();
  const std::from_chars_result read = std::from_chars(text.data(), end, bytes);
  if (text.empty() || read.ec != std::errc() || read.ptr != end)
    return std::nullopt;
  return bytes;
}

// The part before `end`, which is taken from the text. None without one.
std::optional<std::string_view> take_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at + 1);
  return part;
}

std::optional<RemovedVersion> take_line(std::string_view& text) {
  const auto bytes = take_until(text, ' ');
  const auto id = bytes ? take_until(text, ' ') : std::nullopt;
  const auto path = id ? take_until(text, '\n') : std::nullopt;
  const auto number = path ? bytes_from(*bytes) : std::nullopt;
  if (!number || !is_version(*id) || !is_path(*path)) return std::nullopt;
  return RemovedVersion{std::string(*path), std::string(*id), *number};
}

}  // namespace

std::optional<std::string> text_of(const std::vector<RemovedVersion>& removed) {
  std::string text(kHead);
  for (const RemovedVersion& each : removed) {
    if (!is_path(each.path) || !is_version(each.version_id))
      return std::nullopt;
    text += fmt::format("{} {} {}\n", each.bytes, each.version_id, each.path);
  }
  return text.append(kEnd);
}

std::optional<std::vector<RemovedVersion>> parse_removed(
    std::string_view text) {
  if (!text.starts_with(kHead)) return std::nullopt;
  text.remove_prefix(kHead.size());
  std::vector<RemovedVersion> removed;
  while (text != kEnd) {
    auto line = take_line(text);
    if (!line) return std::nullopt;
    removed.push_back(std::move(*line));
  }
  return removed;
}

}  // namespace dregs
