// find_cached_images() says which images a pull-through cache holds, what each
// needs, and when it was last used (format.md#6.4). Pure; runs on one thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gc/facts/store_times.h"
#include "gc/mark/policy.h"
#include "gc/mark/survey.h"
#include "gc/pulls/pull_times.h"

namespace dregs {

// One manifest or index that a tag names, or that belongs to no other manifest
// of its repository; with all that it needs.
struct CachedImage {
  std::uint32_t repository = 0;     // position in the inventory
  DigestId root = kNoDigest;        // a tag may name what is not stored
  std::vector<std::uint32_t> tags;  // that name it; positions
  std::vector<BlobId> needs;        // its manifests among them
  // The latest of its pulls and of the links of its tags and manifests: the
  // registry writes a tag's link at each pull by that tag. Where another image
  // needs this one, it was used with that. ns since the epoch.
  KnownTime last_used;
  KnownTime pulled;  // by the access logs alone
  // Why it stays whatever the limits are; empty: it may go.
  std::string_view stays;
};

struct CacheContent {
  // By repository. Without repositories that are kept whole.
  std::vector<CachedImage> images;
  // By BlobId: 1 where it stays, whatever images go.
  std::vector<std::uint8_t> held;
};

// Everything here is borrowed.
struct CacheFacts {
  const Survey& survey;
  const StoreTimes& times;  // as read_link_times() reads them
  const PullTimes& pulls;
};

// `policy` is that of the collection that follows; it says what is pinned, what
// is young, and what time it is.
CacheContent find_cached_images(const CacheFacts& facts, const Policy& policy);

}  // namespace dregs
