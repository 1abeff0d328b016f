// These functions read single values of a policy. `what` is what messages call
// the value. All throw PolicyError at its place where it is something else.
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gc/rules/age.h"
#include "gc/rules/name_pattern.h"
#include "gc/rules/policy_node.h"

namespace dregs {

// Returns one of `words`.
std::string read_choice(const PolicyNode& node, std::string_view what,
                        const std::vector<std::string_view>& words);

std::uint64_t read_number(const PolicyNode& node, std::string_view what);

// Returns a number above 0.
std::uint64_t read_count(const PolicyNode& node, std::string_view what);

Age read_age(const PolicyNode& node, std::string_view what);

std::vector<std::string> read_texts(const PolicyNode& node,
                                    std::string_view what);

std::vector<NamePattern> read_patterns(const PolicyNode& node,
                                       std::string_view what);

// Returns at least one pattern, which stands under `key` of a rule.
std::vector<NamePattern> read_required_patterns(const PolicyNode& rule,
                                                std::string_view key);

}  // namespace dregs
