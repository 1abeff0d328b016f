// A TagRole says what a tag is to a retention policy before any rule decides
// (retention-rules.md#3.1, #3.5, #3.10). Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gc/facts/repository_images.h"
#include "gc/retention/decide.h"

namespace dregs {

struct TagRole {
  enum class Kind : std::uint8_t {
    kept,       // protected, in use, pinned or unreadable: `reason`
    candidate,  // rules decide
    child,      // of an index: a candidate once all its indexes go
    referrer,   // stays and goes with its subject
    signature,  // by its name, likewise
    orphan,     // its subject is not here
  };
  Kind kind = Kind::candidate;
  std::string reason{};
  std::size_t rule = 0;  // the first that names it, from 1 on; 0: none
  const NamePattern* pattern = nullptr;  // of that rule; borrowed
  std::optional<DigestId> subject{};     // of a signature
};

// Returns a role for each tag of the repository.
std::vector<TagRole> roles_of_tags(const RetentionInput& input,
                                   std::size_t repository,
                                   const RepositoryImages& images);

}  // namespace dregs
