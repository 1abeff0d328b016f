// When tags and revisions were pushed and made, as the disk says it
// (retention-rules.md#3.6, #3.11). Read once, then a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "gc/mark/survey.h"
#include "gc/rules/retention_policy.h"

namespace dregs {

using KnownTime = std::optional<std::int64_t>;  // ns since epoch

// Parallel to the repository's vectors, or empty where nobody asks.
struct RepositoryTimes {
  std::vector<KnownTime> pushed;     // tags: mtime of current/link
  std::vector<KnownTime> created;    // tags
  std::vector<KnownTime> revisions;  // mtime of the revision's link
  std::vector<KnownTime> revisions_created;
  std::vector<KnownTime> history;  // mtime of the entry's link
};

using StoreTimes = std::vector<RepositoryTimes>;  // by repository

// What the policy may ask of the repositories that it names. `v2` is borrowed;
// runs on the calling task arena.
StoreTimes read_times(int v2, const Survey& survey,
                      const RetentionPolicy& policy);

// The newest time that the configurations of an image, or of an index's
// children, say. Before 2000 or after `now_ns` is no time: reproducible builds
// say 1970. Thread-safe.
KnownTime created_time(int v2, const Survey& survey, DigestId manifest,
                       std::int64_t now_ns);

// RFC 3339 with or without fractions, of any year, as configurations write it;
// none where it is anything else. Pure.
KnownTime parse_created(std::string_view text);

}  // namespace dregs
