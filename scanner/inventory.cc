#include "scanner/inventory.h"

#include <algorithm>

namespace dregs {

BlobTable::BlobTable(std::vector<Blob> sorted) : blobs_(std::move(sorted)) {
  std::uint32_t position = 0;
  for (std::size_t byte = 0; byte < 256; ++byte) {
    shard_start_[byte] = position;
    while (position < blobs_.size() && blobs_[position].digest.bytes[0] == byte)
      ++position;
  }
  shard_start_[256] = position;
}

std::optional<BlobId> BlobTable::find(const Digest& digest) const {
  const std::size_t byte = digest.bytes[0];
  const auto first = blobs_.begin() + shard_start_[byte];
  const auto last = blobs_.begin() + shard_start_[byte + 1];
  const auto found = std::lower_bound(
      first, last, digest,
      [](const Blob& blob, const Digest& key) { return blob.digest < key; });
  if (found == last || found->digest != digest) return std::nullopt;
  return static_cast<BlobId>(found - blobs_.begin());
}

}  // namespace dregs
