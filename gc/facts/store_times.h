// StoreTimes holds when tags and revisions were pushed and made
// (retention-rules.md#3.6, #3.11). The disk is read once; the result is a
// value.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "gc/mark/survey.h"
#include "gc/rules/retention_policy.h"
#include "scanner/store/store_reader.h"

namespace dregs {

using KnownTime = std::optional<std::int64_t>;  // ns since epoch

// Each vector is parallel to a vector of the repository. It is empty where no
// rule asks for it.
struct RepositoryTimes {
  std::vector<KnownTime> pushed;     // tags: mtime of current/link
  std::vector<KnownTime> created;    // tags
  std::vector<KnownTime> revisions;  // mtime of the revision's link
  std::vector<KnownTime> revisions_created;
  std::vector<KnownTime> history;  // mtime of the entry's link
};

using StoreTimes = std::vector<RepositoryTimes>;  // by repository

// Returns one time of such a vector, and none where the vector is empty.
inline KnownTime time_at(const std::vector<KnownTime>& times,
                         std::size_t position) {
  return position < times.size() ? times[position] : std::nullopt;
}

// Reads the times that the policy may ask for. The work runs
// on the calling task arena.
StoreTimes read_times(const StoreReader& store, const Survey& survey,
                      const RetentionPolicy& policy);

// Reads the times of all tags, revisions and history entries, and no creation
// times. The work runs on the calling task arena.
StoreTimes read_link_times(const StoreReader& store, const Survey& survey);

// Returns the newest creation time in the configuration of an image, or in
// those of an index's children. A time before 2000 counts as unknown, because
// reproducible builds write 1970. A time after `now_ns` counts as unknown too.
// Thread-safe.
KnownTime created_time(const StoreReader& store, const Survey& survey,
                       DigestId manifest, std::int64_t now_ns);

// Reads an RFC 3339 time of any year, with or without fractions, as
// configurations write it. Returns none for any other text. Pure.
KnownTime parse_created(std::string_view text);

}  // namespace dregs
