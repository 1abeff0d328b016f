// HashedBlobs says what the reading of whole blobs found. Plain values, but for
// the progress, which any thread may count and read.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "scanner/inventory/inventory.h"

namespace dregs {

// A blob that did not hash to its name, or that could not be read.
struct UnsoundBlob {
  enum class State : std::uint8_t {
    wrong,       // its bytes are others; see found
    missing,     // gone since the scan
    unreadable,  // see error
  };
  Digest digest;  // its name
  State state{};
  int error = 0;           // errno of an unreadable one
  std::uint64_t size = 0;  // bytes that a wrong one has
  Digest found;            // what a wrong one's bytes hash to
};

struct HashedBlobs {
  std::uint64_t blobs = 0;  // read to their ends, wrong ones too
  std::uint64_t bytes = 0;  // that those have
  // Not read, since the storage keeps a checksum that is their digest. They are
  // not among the sound.
  std::uint64_t by_checksum = 0;
  std::vector<UnsoundBlob> unsound;
  std::vector<BlobId> sound;

  void add(const HashedBlobs& more);
};

// Counted while work goes on; `wanted` first.
struct HashProgress {
  std::atomic<std::uint64_t> blobs_wanted{0};
  std::atomic<std::uint64_t> bytes_wanted{0};
  std::atomic<std::uint64_t> blobs{0};
  std::atomic<std::uint64_t> bytes{0};

  void want(const BlobTable& all, const std::vector<BlobId>& more);
};

}  // namespace dregs
