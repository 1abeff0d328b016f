// Reads a retention policy from its YAML text (retention-rules.md#2). Pure.
#pragma once

#include <stdexcept>
#include <string>

#include "gc/rules/retention_policy.h"

namespace dregs {

// One line: "FILE:LINE:COLUMN: what is wrong, and what to write instead".
class PolicyError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// `name` is the name of the file, for messages. Throws PolicyError for
// everything that is not understood: half a policy must not decide.
RetentionPolicy parse_retention_policy(const std::string& text,
                                       const std::string& name);

}  // namespace dregs
