// `per: '$1-$2'` makes a text of each tag's name. Tags with the same text are
// counted together (retention-rules.md#3.3). Pure.
#pragma once

#include <string>
#include <vector>

#include "gc/rules/name_pattern.h"

namespace dregs {

// Throws PatternError where `per` names no group, or a group that a pattern
// does not have.
void check_per(const std::string& per, const std::vector<NamePattern>& tags);

// Fills `per` with the groups that `pattern` matches in `tag`. `pattern` has to
// match. An empty `per` makes one group of all tags.
std::string group_of(const std::string& tag, const std::string& per,
                     const NamePattern& pattern);

}  // namespace dregs
