// freed_by_rules() says which rule of a policy frees how many bytes. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "gc/mark/policy.h"
#include "gc/retention/decide.h"

namespace dregs {

// The parts add up to all that a collection frees after the removal and would
// not free before it, in blobs.
struct FreedByRules {
  // By rule: what only its tags need. What tags of several rules need goes
  // because all of these rules let go.
  std::vector<std::uint64_t> rules;     // parallel to RetentionPolicy::rules
  std::vector<std::uint64_t> untagged;  // parallel to RetentionPolicy::untagged
  std::uint64_t several = 0;
  std::uint64_t rest = 0;  // by no rule: orphans
  // By repository, in the inventory's order: what only it needs.
  std::vector<std::uint64_t> repositories;
  std::uint64_t in_several = 0;

  std::uint64_t all() const;
};

// `policy` is the one of the collection. Takes a copy of the survey's tables,
// and the time of two marks.
FreedByRules freed_by_rules(const RetentionInput& input,
                            const RetentionDecision& decision,
                            const Policy& policy);

}  // namespace dregs
