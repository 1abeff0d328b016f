// The manifests of a registry in object storage: one request each. Keeps one
// very large manifest in memory at a time.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "scanner/bucket/scan_bucket.h"
#include "scanner/store/known_manifests.h"
#include "scanner/store/manifest_source.h"

namespace dregs {

// Throws StorageError where the storage does not answer: what is unreadable
// then would pin every repository. A single object that may not be read is
// unreadable, and so is one that is gone.
class BucketManifests : public ManifestSource {
 public:
  // All are borrowed. A manifest that `known` has is not read from the bucket.
  BucketManifests(const BucketRoot& root, const BucketScan& scan,
                  KnownManifests* known = nullptr)
      : root_(root), scan_(scan), known_(known) {}

  ManifestRead read(const Blob& blob, bool declared) const override;
  ManifestRead read_other(const std::string& digest,
                          bool declared) const override;
  SignatureFolder signatures(const Repository& repository,
                             const Digest& revision) const override;
  void in_parallel(std::size_t count, const Work& work) const override;

 private:
  bool hashes_to_name(std::string_view bytes, const Blob& blob) const;

  const BucketRoot& root_;
  const BucketScan& scan_;
  KnownManifests* known_;
  mutable std::mutex one_large_at_a_time_;
};

}  // namespace dregs
