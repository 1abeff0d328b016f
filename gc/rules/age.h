// Time spans as a retention policy writes them: 90s, 36h, 30d, 2w, 1y. Minutes
// and months are both `m` somewhere, so nothing is (retention-rules.md#4).
// Pure.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace dregs {

// Why a text is no time span: a sentence without a full stop.
class AgeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Age {
  std::int64_t ns = 0;
  std::string text{};  // as written, to be said again
};

// Throws AgeError. 0 is none: no policy needs it, and it would let all go.
Age parse_age(std::string_view text);

}  // namespace dregs
