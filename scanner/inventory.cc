#include "scanner/inventory.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "scanner/count32.h"

namespace dregs {

BlobTable::BlobTable(std::vector<Blob> sorted) : blobs_(std::move(sorted)) {
  count32(blobs_.size());
  // About four blobs, four bytes of index for each bucket.
  const auto bits = static_cast<int>(std::bit_width(blobs_.size() / 4));
  bucket_shift_ = 32 - bits;
  bucket_start_.assign((std::size_t{1} << bits) + 1, 0);
  for (const Blob& blob : blobs_) ++bucket_start_[bucket_of(blob.digest) + 1];
  std::partial_sum(bucket_start_.begin(), bucket_start_.end(),
                   bucket_start_.begin());
}

std::optional<BlobId> BlobTable::find(const Digest& digest) const {
  if (blobs_.empty()) return std::nullopt;
  const std::size_t bucket = bucket_of(digest);
  const auto first = blobs_.begin() + bucket_start_[bucket];
  const auto last = blobs_.begin() + bucket_start_[bucket + 1];
  const auto found = std::lower_bound(
      first, last, digest,
      [](const Blob& blob, const Digest& key) { return blob.digest < key; });
  if (found == last || found->digest != digest) return std::nullopt;
  return static_cast<BlobId>(found - blobs_.begin());  // few, see BlobTable()
}

}  // namespace dregs
