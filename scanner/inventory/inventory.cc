#include "scanner/inventory/inventory.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

#include "scanner/formats/count32.h"

namespace dregs {
namespace {

constexpr std::int64_t kSecondOfFiles_ns = 1'000'000'000;

}  // namespace

void Blob::set_times(const FileTimes& times) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  changed_ns = times.newest();
  const std::int64_t earlier = std::min(times.mtime_ns, times.ctime_ns);
  // Where a clock was so far out that the difference has no room, the earlier
  // time is taken for less old.
  const std::int64_t seconds =
      changed_ns / kSecondOfFiles_ns - earlier / kSecondOfFiles_ns > kMost
          ? kMost
          : (changed_ns - earlier) / kSecondOfFiles_ns;
  apart_s = static_cast<std::int32_t>(
      times.ctime_ns < times.mtime_ns ? -seconds : seconds);
}

FileTimes Blob::times() const {
  const std::int64_t apart = apart_s * kSecondOfFiles_ns;
  return apart < 0 ? FileTimes{changed_ns, changed_ns + apart}
                   : FileTimes{changed_ns - apart, changed_ns};
}

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
