// scan_bucket() lists a registry in object storage, and concludes nothing: the
// counterpart of scan() (object-storage.md#3).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "scanner/bucket/bucket_root.h"
#include "scanner/bucket/emptied_repositories.h"
#include "scanner/bucket/pending_parts.h"
#include "scanner/inventory/inventory.h"
#include "scanner/inventory/scan_progress.h"
#include "scanner/inventory/stop_request.h"
#include "scanner/keys/bucket_stamps.h"

namespace dregs {

// By repository and revision, sorted (format.md#P4).
using SignatureLinks =
    std::map<std::string, std::vector<std::pair<Digest, Digest>>, std::less<>>;

struct BucketScan {
  // As of a disk, without what only a disk has: folders. `inode` of a blob is a
  // number of its ETag, and both of its times are the object's; started_ns is
  // by the storage's clock. A repository's fingerprint is its stamp.
  Inventory inventory;
  SignatureLinks signatures;
  std::map<std::string, std::uint64_t>
      other_sizes;  // of Inventory::other_blobs
  std::vector<PendingParts> pending;
  BucketStamps stamps;
  std::uint64_t links_read = 0;
  std::uint64_t links_taken_by_name = 0;  // see ProvedLinks
};

// The signatures that are named below a revision; sorted.
std::vector<Digest> signatures_of(const BucketScan& scan,
                                  const std::string& repository,
                                  const Digest& revision);

// Not complete where `stop` was requested. Call from one thread; what is
// computed uses the calling task arena, requests have threads of their own.
// Throws StorageError where the storage does not answer or contradicts itself.
// It reports no missing manifests of the `emptied` repositories.
BucketScan scan_bucket(const BucketRoot& root, const StopRequest& stop,
                       ScanProgress& progress,
                       const EmptiedRepositories& emptied);

// The listing alone, to be compared with a scan's.
BucketStamps stamp_bucket(const BucketRoot& root, const StopRequest& stop);

}  // namespace dregs
