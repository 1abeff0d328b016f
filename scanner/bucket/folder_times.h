// FolderTimes tells when the keys of a bucket were written. Each repository's
// _manifests is listed once, however many of its keys are asked for. Any thread
// may ask. Throws StorageError.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "scanner/bucket/bucket_root.h"

namespace dregs {

// By path relative to v2; ns since epoch.
using KeyTimes = std::map<std::string, std::int64_t>;

// Of all keys that begin with the prefix, which is a whole key's.
KeyTimes list_times(const BucketRoot& root, const std::string& prefix);

class FolderTimes {
 public:
  // The root is borrowed.
  explicit FolderTimes(const BucketRoot& root);
  ~FolderTimes();

  // Of the repository's _manifests that the path lies in; nullptr where it lies
  // in none.
  const KeyTimes* around(const std::string& path) const;

 private:
  struct Folder;

  const BucketRoot& root_;
  mutable std::mutex mutex_;  // of folders_
  mutable std::map<std::string, std::unique_ptr<Folder>> folders_;
};

}  // namespace dregs
