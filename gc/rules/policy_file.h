// Reads a retention policy from its YAML text (retention-rules.md#2). Pure.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

#include "gc/rules/retention_policy.h"

namespace dregs {

// Lines and columns count from 1; 0 where an error is about the whole file.
struct PolicyPlace {
  std::size_t line = 0;
  std::size_t column = 0;
};

// One line: "FILE:LINE:COLUMN: what is wrong, and what to write instead".
class PolicyError : public std::runtime_error {
 public:
  PolicyError(const std::string& file, const std::string& why,
              PolicyPlace place = {});

  // What is wrong, without its place.
  const std::string& why() const { return why_; }
  const PolicyPlace& place() const { return place_; }

 private:
  std::string why_;
  PolicyPlace place_;
};

// `name` is the name of the file, for messages. Throws PolicyError for
// everything that is not understood: half a policy must not decide.
RetentionPolicy parse_retention_policy(const std::string& text,
                                       const std::string& name);

}  // namespace dregs
