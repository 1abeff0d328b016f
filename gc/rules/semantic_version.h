// A SemanticVersion follows semver.org 2.0.0, with or without a leading `v`, as
// tags have it. Pure; any thread may use it.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dregs {

// Versions are ordered by precedence. A pre-release comes before its release.
// Build metadata changes nothing.
class SemanticVersion {
 public:
  // Returns none where the text is not a semantic version, as 1.2 and 01.2.3
  // are not.
  static std::optional<SemanticVersion> parse(std::string_view text);

  std::weak_ordering operator<=>(const SemanticVersion& other) const;
  bool operator==(const SemanticVersion& other) const {
    return (*this <=> other) == 0;
  }

 private:
  std::vector<std::string> numbers_;     // digits, without leading zeros
  std::vector<std::string> prerelease_;  // empty: a release
};

}  // namespace dregs
