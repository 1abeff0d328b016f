// policy_of() makes the policy for `dregs retain`, from a file or from the
// flags for the simple case (retention-rules.md#4).
#pragma once

#include <string>

#include "gc/names/image_ref.h"
#include "gc/rules/retention_policy.h"
#include "gc/saved/retain_words.h"

namespace dregs {

// Throws std::runtime_error, PolicyError or SelectionError. The message is one
// line that names the flag or the file.
RetentionPolicy policy_of(const RetainWords& words);

// Reads and checks a policy file.
RetentionPolicy load_retention_policy(const std::string& file);

}  // namespace dregs
