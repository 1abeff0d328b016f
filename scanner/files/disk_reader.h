// DiskReader reads single parts of a store on a disk. It follows symbolic
// links, as the registry does.
#pragma once

#include "scanner/store/store_reader.h"

namespace dregs {

class DiskReader final : public StoreReader {
 public:
  // `v2` is borrowed.
  explicit DiskReader(int v2) : v2_(v2) {}

  BlobContent read_blob(const Digest& digest,
                        std::size_t at_most) const override;
  BlobContent stat_blob(const Digest& digest) const override;
  BlobContent stream_blob(
      const Digest& digest,
      const std::function<void(std::string_view)>& part) const override;
  BlobContent stat_other_blob(const std::string& digest) const override;
  BlobContent hash_other_blob(const std::string& digest) const override;
  HashedBlobs hash_blobs(const BlobTable& blobs, std::vector<BlobId> wanted,
                         RateLimit& limit, const StopRequest& stop,
                         HashProgress& progress) const override;
  std::optional<Digest> link_target(const std::string& path) const override;
  std::optional<std::int64_t> modified_time(
      const std::string& path) const override;
  bool is_there(const std::string& path) const override;
  std::vector<Digest> digests_in(const std::string& path) const override;

 private:
  int v2_;
};

}  // namespace dregs
