// A RetentionPolicy is a policy that was read and checked
// (retention-rules.md#2). It is a value. Any number of threads may read it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gc/rules/age.h"
#include "gc/rules/name_pattern.h"

namespace dregs {

// Says which time is the age of an image (retention-rules.md#3.6).
enum class RetentionTime : std::uint8_t {
  pushed,   // when the tag's link, or the revision's, was written last
  created,  // what the image's configuration says
};

enum class RetentionOrder : std::uint8_t { time, semver };

// Holds the floors of a rule. Each floor can only keep more tags.
struct KeptTags {
  std::optional<std::uint64_t> last{};  // manifests; at least 1
  std::optional<Age> within{};
  std::optional<Age> pulled_within{};
};

struct TagRule {
  std::vector<NamePattern> repositories{};
  std::vector<NamePattern> tags{};
  std::string per{};  // `$1-$2`, of the groups of `tags`; empty: one group
  RetentionOrder sort = RetentionOrder::time;
  RetentionTime time = RetentionTime::pushed;
  // A rule without floors keeps everything that `expire` does not remove.
  std::optional<KeptTags> keep{};
  std::optional<Age> expire{};  // the ceiling: what is older goes
};

// Applies to manifests that no tag named before the run.
struct UntaggedRule {
  std::vector<NamePattern> repositories{};
  RetentionTime time = RetentionTime::pushed;
  std::uint64_t revisions = 0;  // the newest of each tag's history stay
  std::optional<Age> within{};
};

struct RetentionPolicy {
  std::vector<NamePattern> protected_tags{};
  std::vector<std::string> in_use{};  // files
  std::vector<TagRule> rules{};       // the first that names a tag decides
  std::vector<UntaggedRule> untagged{};
  bool remove_orphans = false;
  std::uint64_t min_kept = 1;  // tags of a repository; 0: it may lose all
  std::string pulls_state{};   // a file; empty: none
  // `dregs pulls --policy` does not count pulls by these agents. Each is a
  // glob.
  std::vector<std::string> ignored_agents{};
  std::string origin{};  // the file's name, or what else to call it
};

// A rule and its number in the policy, from 1 on. The rule is borrowed.
template <class Rule>
struct NumberedRule {
  std::size_t number = 0;
  const Rule* rule = nullptr;
};

// Returns the rules that name the repository, in the order of the policy.
template <class Rule>
std::vector<NumberedRule<Rule>> rules_for(const std::vector<Rule>& rules,
                                          const std::string& repository) {
  std::vector<NumberedRule<Rule>> found;
  for (std::size_t r = 0; r < rules.size(); ++r)
    if (first_match(rules[r].repositories, repository) != nullptr)
      found.push_back({r + 1, &rules[r]});
  return found;
}

// Returns `latest`: it is protected where a policy has no `protect`.
std::vector<NamePattern> protected_by_default();

// Is true where a rule asks for the time of a pull.
bool asks_for_pulls(const RetentionPolicy& policy);

}  // namespace dregs
