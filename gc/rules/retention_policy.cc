#include "gc/rules/retention_policy.h"

#include <algorithm>

namespace dregs {

std::vector<NamePattern> protected_by_default() {
  return {NamePattern("latest")};
}

bool asks_for_pulls(const RetentionPolicy& policy) {
  return std::any_of(policy.rules.begin(), policy.rules.end(),
                     [](const TagRule& rule) {
                       return rule.keep && rule.keep->pulled_within;
                     });
}

}  // namespace dregs
