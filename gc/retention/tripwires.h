// A tripwire refuses a decision that is probably a mistake, although it follows
// the policy (retention-rules.md#4, #3.8). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gc/decide/refusal.h"
#include "gc/retention/decide.h"

namespace dregs {

inline constexpr double kMostTagsToGo_percent = 50;

// Refuses where a repository would lose its last tags, where too many of all
// tags would go, and where pulls are known for a shorter time than a rule asks
// for.
std::vector<Refusal> tripwires(const RetentionInput& input,
                               const RetentionDecision& decision,
                               std::optional<double> max_delete_percent);

// A group of at least twenty tags, half of which were written within one hour.
// A copy or a restore makes such times.
struct WrittenTogether {
  std::string where;       // "REPOSITORY", or empty: the whole store
  std::uint64_t tags = 0;  // among this many
  // The repository and the position of some of these tags, spread evenly.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> together;
};

// Looks at the tags that a rule decides by push time, where at least one of
// them goes.
std::vector<WrittenTogether> written_together(
    const RetentionInput& input, const RetentionDecision& decision);

// `created` holds the creation time of each tag in `together`, where it is
// known.
std::optional<Refusal> refusal_for(const WrittenTogether& group,
                                   const std::vector<KnownTime>& created);

}  // namespace dregs
