// The bucket of a registry in S3 or its kin, as an ObjectStore.
// object-storage.md#3, #4, #5. Any thread may call; at most so many requests
// are out at once, however many threads ask.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "scanner/objects/object_store.h"
#include "scanner/requests/s3_client.h"
#include "scanner/s3/copy_object.h"
#include "scanner/s3/remove_objects.h"

namespace dregs {

struct StoreSettings {
  ClientSettings client;
  CopySettings copy;
  std::vector<HeaderField>
      put_headers;                     // class, encryption, ACL of new objects
  std::size_t part = 32U << 20U;       // bytes of a new object in parts
  std::size_t keys_per_delete = 1000;  // some servers are slow with many
};

class S3Store final : public ObjectStore {
 public:
  // `counts` outlives the store.
  S3Store(BucketAddress address, CredentialSettings credentials,
          StoreSettings settings, RequestCounts& counts);

  ListPage list(const ListRequest& request) override;
  VersionPage list_versions(
      const std::string& prefix,
      const std::optional<VersionPosition>& from) override;
  std::vector<PendingUpload> pending_uploads() override;
  std::uint64_t bytes_of(const PendingUpload& upload) override;
  Versioning versioning() override;
  std::int64_t now_ns() override;
  std::optional<std::string> get(const std::string& key,
                                 std::size_t at_most) override;
  bool read(const std::string& key,
            const std::function<void(std::string_view)>& part) override;
  bool keeps_sha256(const std::string& key, const Digest& digest) override;
  std::vector<NotRemoved> remove(std::span<const ObjectName> names) override;
  void abort(const PendingUpload& upload) override;
  void copy(const StoredObject& from, const std::string& to) override;
  void put(const std::string& key, const std::string& bytes) override;
  bool put_over(const std::string& key, const std::string& bytes,
                const std::string& etag) override;
  std::unique_ptr<NewObject> create(const std::string& key) override;

  const S3Client& client() const { return client_; }

 private:
  const StoreSettings settings_;
  S3Client client_;
  ObjectRemover remover_;
};

}  // namespace dregs
