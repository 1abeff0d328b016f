// An ObjectStore in memory, filled from a StoreBuilder's folder: key = prefix +
// path, ETag = MD5, and size and mtime of the files. It counts requests, pages
// as small as a test wants them, and fails where it is told to. Any number of
// threads may call.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "scanner/objects/object_store.h"
#include "tests/store_builder.h"

namespace dregs {

struct MemoryRequests {
  std::uint64_t lists = 0;
  std::uint64_t gets = 0;
  std::uint64_t pending_lists = 0;  // of the multipart uploads
  std::uint64_t part_lists = 0;     // of one of those
  std::uint64_t removals = 0;       // requests, of up to 1,000 keys each
};

class MemoryBucket : public ObjectStore {
 public:
  explicit MemoryBucket(std::string prefix = "registry");

  // Adds what is below the store's root, and forgets what is there no more.
  void fill(const StoreBuilder& store);
  // `path` is relative to docker/registry/v2.
  std::string key(const std::string& path) const;
  void put_at(const std::string& path, const std::string& bytes);
  void remove_at(const std::string& path);
  void begin_upload(const std::string& key, std::uint64_t bytes,
                    std::int64_t initiated_ns);
  // One more part comes to each that pends.
  void grow_uploads(std::uint64_t bytes);
  std::size_t size() const { return objects_.size(); }

  // Under KMS, ETags are 32 hex digits that say nothing.
  void hide_md5s();

  // Faults. `fail_get` is of whole keys; `change_page` sees each page before it
  // is returned.
  std::map<std::string, StorageError> fail_get;
  std::set<std::string> keep;  // keys that are not removed when asked for
  std::function<void(const ListRequest&, ListPage&)> change_page;
  std::function<void(const std::string& key)> before_put;
  std::function<void(const std::string& to)> after_copy;
  bool heeds_conditions = true;  // of a put_over()
  std::size_t page_size = 1000;

  MemoryRequests counts() const;
  std::vector<std::string> keys_read() const;  // sorted
  std::set<std::string> paths() const;  // of all keys, relative to the prefix

  ListPage list(const ListRequest& request) override;
  VersionPage list_versions(
      const std::string& prefix,
      const std::optional<VersionPosition>& from) override;
  std::vector<PendingUpload> pending_uploads() override;
  std::uint64_t bytes_of(const PendingUpload& upload) override;
  Versioning versioning() override { return Versioning::never; }
  std::int64_t now_ns() override;
  std::optional<std::string> get(const std::string& key,
                                 std::size_t at_most) override;
  bool read(const std::string& key,
            const std::function<void(std::string_view)>& part) override;
  bool keeps_sha256(const std::string&, const Digest&) override {
    return false;
  }
  std::vector<NotRemoved> remove(std::span<const ObjectName> names) override;
  void abort(const PendingUpload& upload) override;
  void copy(const StoredObject& from, const std::string& to) override;
  void put(const std::string& key, const std::string& bytes) override;
  bool put_over(const std::string& key, const std::string& bytes,
                const std::string& etag) override;
  std::unique_ptr<NewObject> create(const std::string& key) override;

 private:
  struct Object {
    std::string bytes;
    std::string etag;
    std::int64_t modified_ns = 0;
  };

  void put(const std::string& key, std::string bytes, std::int64_t modified_ns);

  std::string prefix_;  // "registry/"
  std::map<std::string, Object> objects_;
  std::map<std::string, std::pair<PendingUpload, std::uint64_t>> pending_;
  mutable std::mutex mutex_;
  MemoryRequests counts_;
  std::vector<std::string> keys_read_;
};

}  // namespace dregs
