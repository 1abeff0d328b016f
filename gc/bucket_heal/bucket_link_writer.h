// BucketLinkWriter writes links of a registry in object storage
// (object-storage.md#4.9). A link is an object: a request replaces it whole.
#pragma once

#include <string>

#include "gc/heal/link_writer.h"
#include "scanner/bucket/bucket_root.h"

namespace dregs {

// Throws nothing: what the storage does not answer is an error or has failed.
class BucketLinkWriter final : public LinkWriter {
 public:
  explicit BucketLinkWriter(const BucketRoot& root) : root_(root) {}

  FoundLink find(const std::string& path) override;
  // Looks right before, for some servers ignore the condition of the request,
  // and reads back what it wrote.
  LinkOutcome replace(const std::string& path, const FoundLink& over,
                      const Digest& digest) override;
  // What was answered is stored.
  std::string sync() override { return {}; }

 private:
  const BucketRoot& root_;
};

}  // namespace dregs
