// What a retention policy says (retention-rules.md#2), read and checked. A
// value; any number of threads may read it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gc/rules/age.h"
#include "gc/rules/name_pattern.h"

namespace dregs {

// Which time says how old an image is (retention-rules.md#3.6).
enum class RetentionTime : std::uint8_t {
  pushed,   // when the tag's link, or the revision's, was written last
  created,  // what the image's configuration says
};

enum class RetentionOrder : std::uint8_t { time, semver };

// Floors: each can only keep more. None of them: no floor.
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
  // Without any floor everything stays that `expire` does not let go.
  std::optional<KeptTags> keep{};
  std::optional<Age> expire{};  // the ceiling: what is older goes
};

// Of manifests that no tag named before the run.
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
  // Globs of the agents whose pulls `dregs pulls --policy` does not count.
  std::vector<std::string> ignored_agents{};
  std::string origin{};  // the file's name, or what else to call it
};

// `latest`, where a policy says nothing.
std::vector<NamePattern> protected_by_default();

// Whether a rule asks when something was pulled.
bool asks_for_pulls(const RetentionPolicy& policy);

}  // namespace dregs
