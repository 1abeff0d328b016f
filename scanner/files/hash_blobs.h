// Reads blobs whole and compares them with their names: what `verify` is
// about. Several reads are in flight, the largest blobs first, and what was
// not in the page cache before does not stay there.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "scanner/files/rate_limit.h"
#include "scanner/inventory/inventory.h"
#include "scanner/inventory/stop_request.h"

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
};

// Symbolic links are followed, as the registry does. Uses the calling task
// arena. Where `stop` is requested, blobs not yet read to the end count as if
// they had not been wanted. `v2` is borrowed. Throws std::runtime_error where
// OpenSSL fails; everything else becomes an UnsoundBlob.
// `unsound` is sorted by digest, `sound` is not.
HashedBlobs hash_blobs(int v2, const BlobTable& blobs,
                       std::vector<BlobId> wanted, RateLimit& limit,
                       const StopRequest& stop, HashProgress& progress);

}  // namespace dregs
