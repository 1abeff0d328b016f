// UploadsNow tells whether uploads are still as they were listed, right before
// they go: one that grew, or that was finished meanwhile, is somebody's.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "gc/decide/plan.h"
#include "scanner/bucket/pending_parts.h"

namespace dregs {

class UploadsNow {
 public:
  // Lists what pends in the bucket where one of the removals is an upload. The
  // root is borrowed. Throws StorageError.
  UploadsNow(const BucketRoot& root, std::span<const Removal> removals);

  // `objects` are those of the upload's folder, just listed, and `pending` what
  // pended of it when the scan saw it as `scanned`. Any thread. Throws
  // StorageError.
  bool is_as_scanned(const Upload& scanned,
                     std::span<const StoredObject> objects,
                     std::span<const PendingParts> pending,
                     const std::string& data_key) const;

 private:
  const BucketRoot& root_;
  std::map<std::string, std::vector<PendingUpload>> pending_;  // by key
};

}  // namespace dregs
