// The manifests of a store on a disk. Keeps its buffers per thread, and reads
// at most one very large manifest at a time. Uses the calling task arena.
#pragma once

#include <string>

#include "scanner/files/blob_folder.h"
#include "scanner/store/manifest_source.h"

namespace dregs {

class DiskManifests : public ManifestSource {
 public:
  // `v2` is borrowed for as long as the object is used.
  explicit DiskManifests(int v2) : v2_(v2), blobs_(v2) {}

  ManifestRead read(const Blob& blob, bool declared) const override;
  ManifestRead read_other(const std::string& digest,
                          bool declared) const override;
  SignatureFolder signatures(const Repository& repository,
                             const Digest& revision_digest) const override;
  void in_parallel(std::size_t count, const Work& work) const override;

 private:
  int v2_;
  BlobFolder blobs_;
};

}  // namespace dregs
