// `per: '$1-$2'`: tags whose names give the same text are counted together
// (retention-rules.md#3.3). Pure.
#pragma once

#include <string>
#include <vector>

#include "gc/rules/name_pattern.h"

namespace dregs {

// Throws PatternError where `per` names no group, or one that a pattern lacks.
void check_per(const std::string& per, const std::vector<NamePattern>& tags);

// `per` with the groups of what `pattern` matches in `tag`, which it does.
// Empty `per`: one group for all.
std::string group_of(const std::string& tag, const std::string& per,
                     const NamePattern& pattern);

}  // namespace dregs
