// CacheIndex says what the file of `--cache` holds, and where: a line that
// names the bucket, the bytes of the manifests, an entry for each, and a seal
// over the line and the entries.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/inventory/inventory.h"

namespace dregs {

struct CacheEntry {
  Digest digest;
  std::uint64_t etag = 0;  // a number of it, as Blob::inode
  std::uint64_t size = 0;  // bytes
  std::int64_t modified_ns = 0;
  std::uint64_t offset = 0;  // in the file

  // Whether the storage still has what it had.
  bool is_of(const Blob& blob) const {
    return etag == blob.inode && size == blob.size &&
           modified_ns == blob.changed_ns;
  }
};
static_assert(sizeof(CacheEntry) == 64);

inline constexpr std::string_view kCacheSchema = "dregs.manifests/1 ";

// `identity` tells the bucket from others.
std::string cache_head(std::uint64_t identity);
// What follows the manifests, which end at that offset; sorts the entries.
std::string cache_end(std::uint64_t identity, std::vector<CacheEntry> entries,
                      std::uint64_t offset);

struct CacheIndex {
  std::vector<CacheEntry> entries;  // sorted by digest
  std::string wrong;     // why nothing is known: "is of another bucket"
  bool foreign = false;  // no cache at all: it is not to be overwritten
};

// `file` is open for reading.
CacheIndex read_cache_index(int file, std::uint64_t identity);

// None where the file has fewer.
std::optional<std::string> read_part(int file, std::uint64_t offset,
                                     std::uint64_t size);

}  // namespace dregs
