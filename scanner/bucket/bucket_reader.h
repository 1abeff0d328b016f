// BucketReader reads single parts of a registry in object storage
// (object-storage.md#3). A time or a folder of _manifests costs one listing of
// that folder for each repository, and not one request for each tag.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/bucket/bucket_root.h"
#include "scanner/store/store_reader.h"

namespace dregs {

// Every function throws StorageError where the storage does not answer. A
// single object that may not be read is unreadable.
class BucketReader final : public StoreReader {
 public:
  explicit BucketReader(const BucketRoot& root);
  ~BucketReader() override;

  BlobContent read_blob(const Digest& digest,
                        std::size_t at_most) const override;
  BlobContent stat_blob(const Digest& digest) const override;
  BlobContent hash_blob(const Digest& digest) const override;
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
  // When each key below a folder was written; paths are relative to v2.
  using Times = std::map<std::string, std::int64_t>;
  struct Folder;

  // Of the repository's _manifests, for a path in it; listed once.
  const Times* manifests_around(const std::string& path) const;
  Times list(const std::string& prefix) const;
  BlobContent read(const std::string& path, std::size_t at_most,
                   const std::function<bool(std::string_view)>& matches) const;
  BlobContent stat(const std::string& path) const;

  const BucketRoot& root_;
  mutable std::mutex mutex_;  // of folders_
  mutable std::map<std::string, std::unique_ptr<Folder>> folders_;
};

}  // namespace dregs
