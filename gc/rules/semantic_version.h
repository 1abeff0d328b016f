// Semantic versions (semver.org 2.0.0), as tags carry them: with or without a
// leading `v`. Pure; any thread.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dregs {

// Ordered by precedence: versions that differ in build metadata alone are
// equal, and a pre-release comes before its release.
class SemanticVersion {
 public:
  // None where the text is no semantic version: 1.2 and 01.2.3 are none.
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
