// These functions say which tags of one repository stay, and what they need
// (retention-rules.md#3.4, #3.5). Every doubt keeps. Pure.
#pragma once

#include <vector>

#include "gc/mark/closure.h"
#include "gc/retention/decide.h"
#include "gc/retention/repository_facts.h"
#include "gc/retention/tag_roles.h"

namespace dregs {

// Returns for each tag whether it stays. `kept` then reaches all that the tags
// that stay need, and all that stays without a tag. `ruled` is what the rules
// say of each tag.
std::vector<bool> find_what_stays(const RepositoryFacts& facts,
                                  const std::vector<TagRole>& roles,
                                  const std::vector<TagDecision>& ruled,
                                  Closure& kept);

// Afterwards `closures.going` reaches all that belongs to what goes. A revision
// that neither closure reaches is added to what stays, with the tags that
// follow it.
void find_what_goes(const RepositoryFacts& facts,
                    const std::vector<TagRole>& roles,
                    RetentionClosures& closures, std::vector<bool>& stays);

}  // namespace dregs
