// What a run with --trash put aside in a bucket.
#pragma once

#include <string>
#include <vector>

#include "gc/bucket/removed_versions.h"
#include "scanner/bucket/bucket_root.h"

namespace dregs {

struct CopiedObject {
  StoredObject copy;
  std::string path;  // where it was, relative to v2
};

struct TrashContent {
  std::vector<CopiedObject> copies;
  std::vector<RemovedVersion> versions;
  std::vector<std::string> own_keys;  // of dregs's own objects, all of them
  std::int64_t changed_ns = 0;        // of the newest of those
};

// Throws StorageError where the storage does not answer, and where a list of
// the run cannot be read: half of a list is none.
TrashContent trash_content(const BucketRoot& root, const std::string& run);

// Names of the runs, sorted.
std::vector<std::string> runs_in_trash(const BucketRoot& root);

}  // namespace dregs
