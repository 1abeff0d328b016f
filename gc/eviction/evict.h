// evict() says which images go from a pull-through cache so that it becomes
// small or young enough (format.md#6.4). It is pure: it reads and removes
// nothing, and the same values give the same answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gc/decide/requested_removal.h"
#include "gc/eviction/cached_images.h"

namespace dregs {

// None means that there is no such limit.
struct CacheLimits {
  std::optional<std::uint64_t> max_bytes;
  std::optional<std::int64_t> older_than_ns;
};

// An image in words that outlive the survey.
struct EvictedImage {
  std::string repository;
  std::vector<std::string> tags;  // may be empty
  std::string digest;             // "alg:hex"
  KnownTime last_used;
  KnownTime pulled;
  // What its going frees once those before it in the list went.
  std::uint64_t bytes = 0;
  std::string_view stays;  // why, of one that stays
};

struct Eviction {
  std::vector<EvictedImage> images;  // that go, least recently used first
  std::vector<EvictedImage> kept;  // that the limits let go, and a doubt keeps
  RequestedRemoval request;
  // Of the collection that is to follow. Where no limit is passed, that removes
  // what `gc` removes from a cache: what nothing links.
  Policy policy;
  // Of blobs, unfinished uploads and temporary files, before and after the
  // collection; what has another hard link counts as 0.
  std::uint64_t bytes_before = 0;
  std::uint64_t bytes_after = 0;
};

// `policy` is that of a collection by `gc` at this time; how old blobs are is
// taken from their mtimes, as with links. With both limits, an image goes that
// passes either.
Eviction evict(const CacheFacts& facts, const CacheLimits& limits,
               Policy policy);

}  // namespace dregs
