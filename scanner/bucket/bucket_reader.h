// BucketReader reads single parts of a registry in object storage
// (object-storage.md#3). A time or a folder of _manifests costs one listing of
// that folder for each repository, and not one request for each tag.
#pragma once

#include <string>
#include <vector>

#include "scanner/bucket/bucket_root.h"
#include "scanner/bucket/folder_times.h"
#include "scanner/store/store_reader.h"

namespace dregs {

// Every function throws StorageError where the storage does not answer. A
// single object that may not be read is unreadable.
class BucketReader final : public StoreReader {
 public:
  explicit BucketReader(const BucketRoot& root);

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
  const BucketRoot& root_;
  const FolderTimes times_;
};

}  // namespace dregs
