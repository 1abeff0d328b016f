// prove_links() finds out what links hold: by their ETags where these are MD5s,
// and by reading those that are left (object-storage.md#3.2, #3.3).
#pragma once

#include <cstdint>

#include "scanner/bucket/bucket_root.h"
#include "scanner/inventory/stop_request.h"
#include "scanner/keys/tree_keys.h"

namespace dregs {

// So many layer links that no ETag proves are read in any case.
inline constexpr std::size_t kLayerLinksRead = 256;

struct ProvedLinks {
  std::uint64_t read = 0;
  // Layer links that are taken to hold what they are named by, for in this
  // bucket ETags are no MD5s and there are too many of them to be read.
  std::uint64_t taken_by_name = 0;
};

// The repositories' keys are finished. Throws StorageError where the storage
// does not answer; a single link that may not be read is unreadable.
ProvedLinks prove_links(const BucketRoot& root, const StopRequest& stop,
                        KeysByRepository& repositories);

}  // namespace dregs
