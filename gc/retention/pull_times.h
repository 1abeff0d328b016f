// When images were pulled last, as access logs told it (retention.md 5). A
// value.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace dregs {

struct PullTimes {
  // ns since epoch, by repository and reference: a tag or "sha256:hex".
  std::map<std::pair<std::string, std::string>, std::int64_t> last;
  // Since when nothing was missed; none: nothing is known.
  std::optional<std::int64_t> known_since_ns;
};

}  // namespace dregs
