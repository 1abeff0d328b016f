// An Age is a time span of a retention policy: 90s, 36h, 30d, 2w, 1y. The
// unit `m` is an error. Some tools read it as minutes, others as months
// (retention-rules.md#4). Pure.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace dregs {

// Says why a text is not a time span, in a sentence without a full stop.
class AgeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Age {
  std::int64_t ns = 0;
  std::string text{};  // as written, to be said again
};

// Throws AgeError. 0 is an error: no policy needs it, and it would remove
// everything.
Age parse_age(std::string_view text);

}  // namespace dregs
