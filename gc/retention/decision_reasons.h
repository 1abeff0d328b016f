// These functions say of each tag and manifest of one repository what becomes
// of it, and why. What stays has been found before. Pure.
#pragma once

#include <vector>

#include "gc/retention/decide.h"
#include "gc/retention/repository_facts.h"
#include "gc/retention/tag_roles.h"

namespace dregs {

// Completes the decisions that the rules made. `stays` says it for each tag.
void tell_of_tags(const RepositoryFacts& facts,
                  const std::vector<TagRole>& roles,
                  const std::vector<bool>& stays,
                  std::vector<TagDecision>& tags);

// Returns the decisions about manifests, in the order of the revisions. `tags`
// are complete.
std::vector<ManifestDecision> tell_of_manifests(
    const RepositoryFacts& facts, const std::vector<TagDecision>& tags,
    const RetentionClosures& closures);

}  // namespace dregs
