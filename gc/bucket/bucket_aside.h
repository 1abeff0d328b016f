// A BucketAside puts objects aside before they are removed, so that they can
// come back (object-storage.md#4.4).
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "scanner/bucket/bucket_root.h"

namespace dregs {

// Any number of threads may call.
class BucketAside {
 public:
  virtual ~BucketAside() = default;

  // At most 1,000 names. Returns those that could not be put aside, and must
  // not be removed, with the reason. What is gone already counts as put aside.
  virtual std::vector<NotRemoved> keep(std::span<const ObjectName> names) = 0;
};

// For a bucket with versions, where a removal hides the object behind a delete
// marker: writes down which version that will be.
class VersionedAside final : public BucketAside {
 public:
  VersionedAside(const BucketRoot& root, const std::string& run);
  std::vector<NotRemoved> keep(std::span<const ObjectName> names) override;

 private:
  void write_down(std::span<const ObjectName> names);

  const BucketRoot& root_;
  std::string folder_;  // of the run
  std::atomic<unsigned> lists_{0};
};

// For any bucket: copies the object, on the server's side.
class CopiedAside final : public BucketAside {
 public:
  CopiedAside(const BucketRoot& root, const std::string& run);
  std::vector<NotRemoved> keep(std::span<const ObjectName> names) override;

 private:
  const BucketRoot& root_;
  std::string folder_;
};

// The right one of them for this bucket. Throws StorageError.
std::unique_ptr<BucketAside> make_aside(const BucketRoot& root,
                                        const std::string& run);

}  // namespace dregs
