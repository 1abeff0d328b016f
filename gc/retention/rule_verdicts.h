// judge() says what one rule does with the tags of one repository that it names
// first (retention-rules.md#3.2, #3.3, #3.6 to #3.9). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gc/facts/store_times.h"
#include "gc/rules/retention_policy.h"
#include "scanner/inventory/manifest_graph.h"

namespace dregs {

struct JudgedTag {
  std::string name;
  std::string group;  // by `per`
  DigestId manifest = kNoDigest;
  // Another tag or a use protects the manifest. It takes no place among the
  // last N.
  bool manifest_protected = false;
  KnownTime time;  // by the rule's own choice of time
  KnownTime pushed;
  KnownTime pulled;  // the last time; none: never, as far as is known
};

struct TagVerdict {
  bool goes = false;
  std::string reason;  // "last 3 of 20", "older than 14d"
};

// Is true where a time decides, and not versions alone.
bool asks_for_time(const TagRule& rule);

// Returns a verdict for each of `tags`. The order of `tags` changes nothing.
std::vector<TagVerdict> judge(const TagRule& rule,
                              const std::vector<JudgedTag>& tags,
                              std::int64_t now_ns);

}  // namespace dregs
