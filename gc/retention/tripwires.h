// When a decision is not to be carried out, though nothing else speaks against
// it (retention-rules.md#4, #3.8). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gc/decide/refusal.h"
#include "gc/retention/decide.h"

namespace dregs {

inline constexpr double kMostTagsToGo_percent = 50;

// The last tags of a repository, too many of all, and a pull log that is
// shorter than a rule.
std::vector<Refusal> tripwires(const RetentionInput& input,
                               const RetentionDecision& decision,
                               std::optional<double> max_delete_percent);

// Tags whose times look as if a copy or a restore had made them: half of at
// least twenty that were written within one hour.
struct WrittenTogether {
  std::string where;       // "REPOSITORY", or empty: the whole store
  std::uint64_t tags = 0;  // among this many
  // Repository and position of some of them, spread evenly.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> together;
};

// Of those that a rule about push times decides on, where any of them goes.
std::vector<WrittenTogether> written_together(
    const RetentionInput& input, const RetentionDecision& decision);

// `created`: of each in `together`, as far as known.
std::optional<Refusal> refusal_for(const WrittenTogether& group,
                                   const std::vector<KnownTime>& created);

}  // namespace dregs
