// ask_rules() asks the rules of a policy about the tags of one repository
// (retention-rules.md#3.2). Pure.
#pragma once

#include <vector>

#include "gc/retention/decide.h"
#include "gc/retention/repository_facts.h"
#include "gc/retention/tag_roles.h"

namespace dregs {

// Returns a decision for each tag. It is empty, and its `rule` is 0, where the
// tag is no candidate or no rule names it.
std::vector<TagDecision> ask_rules(const RepositoryFacts& facts,
                                   const std::vector<TagRole>& roles);

}  // namespace dregs
