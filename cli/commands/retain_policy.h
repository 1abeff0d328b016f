// policy_of() makes the policy for `dregs retain`, from a file or from the
// flags for the simple case (retention-rules.md#4).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gc/names/image_ref.h"
#include "gc/rules/retention_policy.h"

namespace dregs {

// The words of the command line. Empty or none means that the word was not
// given.
struct RetainWords {
  std::vector<std::string> refs;
  std::string policy_file;
  std::optional<std::uint64_t> keep_last;
  std::string keep_within;
  std::vector<std::string> keep_tags;
  std::string per;
  std::optional<std::uint64_t> keep_revisions;
  std::optional<std::uint64_t> min_kept;
};

// Throws std::runtime_error, PolicyError or SelectionError. The message is one
// line that names the flag or the file.
RetentionPolicy policy_of(const RetainWords& words);

// Reads and checks a policy file.
RetentionPolicy load_retention_policy(const std::string& file);

}  // namespace dregs
