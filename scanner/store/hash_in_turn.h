// hash_in_turn() hands blobs out to several hashers, one after the other:
// whoever is done takes the next one.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

#include "scanner/inventory/stop_request.h"
#include "scanner/store/hashed_blobs.h"

namespace dregs {

// Hashes `wanted` in that order. `run_at_once` calls a function as often at the
// same time as suits the storage; each call makes a hasher of its own, which
// has hash(blobs, id) and done().
template <class RunAtOnce, class MakeHasher>
HashedBlobs hash_in_turn(const BlobTable& blobs,
                         const std::vector<BlobId>& wanted,
                         const StopRequest& stop, const RunAtOnce& run_at_once,
                         const MakeHasher& make_hasher) {
  HashedBlobs all;
  std::mutex mutex;
  std::atomic<std::size_t> next{0};
  run_at_once([&] {
    auto hasher = make_hasher();
    while (!stop.requested()) {
      const std::size_t i = next.fetch_add(1);
      if (i >= wanted.size()) break;
      hasher.hash(blobs, wanted[i]);
    }
    const std::scoped_lock lock(mutex);
    all.add(hasher.done());
  });
  std::sort(all.unsound.begin(), all.unsound.end(),
            [](const UnsoundBlob& a, const UnsoundBlob& b) {
              return a.digest < b.digest;
            });
  return all;
}

}  // namespace dregs
