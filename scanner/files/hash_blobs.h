// Reads blobs whole and compares them with their names: what `verify` is
// about. Several reads are in flight, the largest blobs first, and what was
// not in the page cache before does not stay there.
#pragma once

#include <vector>

#include "scanner/inventory/inventory.h"
#include "scanner/inventory/stop_request.h"
#include "scanner/store/hashed_blobs.h"
#include "scanner/store/rate_limit.h"

namespace dregs {

// Symbolic links are followed, as the registry does. Uses the calling task
// arena. Where `stop` is requested, blobs not yet read to the end count as if
// they had not been wanted. `v2` is borrowed. Throws std::runtime_error where
// OpenSSL fails; everything else becomes an UnsoundBlob.
// `unsound` is sorted by digest, `sound` is not.
HashedBlobs hash_blobs(int v2, const BlobTable& blobs,
                       std::vector<BlobId> wanted, RateLimit& limit,
                       const StopRequest& stop, HashProgress& progress);

}  // namespace dregs
