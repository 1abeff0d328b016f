// What a run with --trash removed from a bucket with versions: which version of
// which key a delete marker hides. It is kept as text, one line a key. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dregs {

struct RemovedVersion {
  std::string path;  // relative to v2
  std::string version_id;
  std::uint64_t bytes = 0;

  bool operator==(const RemovedVersion&) const = default;
};

// None where a name would not come back from the text as it is.
std::optional<std::string> text_of(const std::vector<RemovedVersion>& removed);

// None where this is not such a text, wholly.
std::optional<std::vector<RemovedVersion>> parse_removed(std::string_view text);

}  // namespace dregs
