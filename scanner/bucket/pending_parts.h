// Multipart uploads that were begun below a registry's root and never ended:
// nobody sees them, and they are billed (object-storage.md#2, #3.7).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "scanner/bucket/bucket_root.h"
#include "scanner/inventory/inventory.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

struct PendingParts {
  PendingUpload upload;
  std::uint64_t bytes = 0;  // of the parts that were uploaded
  // Of which repository's upload it is; both are empty where it is of none, as
  // where a blob was being moved to its place.
  std::string repository;
  std::string id;
};

// Sorted by key. Throws StorageError.
std::vector<PendingParts> pending_parts(const BucketRoot& root,
                                        const StopRequest& stop);

// Those of one key, of what pending_parts() returned.
std::span<const PendingParts> parts_at(const std::vector<PendingParts>& pending,
                                       const std::string& key);

// Those of uploads, as uploads of their repositories; sorted by id.
std::map<std::string, std::vector<Upload>, std::less<>> pending_uploads_of(
    const std::vector<PendingParts>& pending);

}  // namespace dregs
