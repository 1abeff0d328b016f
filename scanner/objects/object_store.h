// An ObjectStore is one bucket: what a registry in object storage asks of it,
// whatever protocol it speaks. scanner/s3 implements it for S3 and its kin.
//
// Keys are whole keys of the bucket, as bytes. Sizes are bytes, times are ns
// since the epoch by the storage's clock. Any number of threads may call.
// Everything but remove() throws StorageError where the storage does not do
// what it is asked; it has been asked again by then where that can help.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/formats/digest.h"

namespace dregs {

struct StoredObject {
  std::string key;
  std::string etag;  // without its quotes
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  std::string storage_class;  // empty where the storage names none
};

struct ListRequest {
  std::string prefix;
  std::string start_after;  // a key; only what sorts behind it is listed
  std::string token;        // of the page before, or empty
  bool by_folder = false;   // what lies deeper than the next '/' is one folder
};

struct ListPage {
  std::vector<StoredObject> objects;  // sorted by key
  std::vector<std::string> folders;   // whole prefixes that end in '/'; sorted
  std::string next_token;             // empty: this was the last page
};

struct ObjectVersion {
  StoredObject object;
  std::string version_id;
  bool is_latest = false;
  bool is_delete_marker = false;
};

// Where the next page of versions begins.
struct VersionPosition {
  std::string key;
  std::string version_id;
};

struct VersionPage {
  std::vector<ObjectVersion> versions;  // sorted by key, newest first
  std::optional<VersionPosition> next;
};

// A multipart upload that was begun and neither completed nor aborted.
struct PendingUpload {
  std::string key;
  std::string upload_id;
  std::int64_t initiated_ns = 0;
};

struct ObjectName {
  std::string key;
  std::string version_id;  // empty: the latest, which a version may outlive
};

struct NotRemoved {
  ObjectName name;
  std::string code;  // the storage's: "AccessDenied"
  std::string message;
};

enum class Versioning { never, enabled, suspended };

// `code` is the storage's own ("AccessDenied", "SlowDown") or names what failed
// before there was one ("Connection", "XML"). what() is one line that names the
// bucket or key and the way out, and no secret.
class StorageError : public std::runtime_error {
 public:
  StorageError(std::string code, int status, const std::string& what);
  const std::string& code() const { return code_; }
  int status() const { return status_; }  // of HTTP; 0 where there was none

 private:
  std::string code_;
  int status_ = 0;
};

// A NewObject is an object that is being written, of any size. Nobody sees it
// before put_over(); without that nothing stays of it. One thread.
class NewObject {
 public:
  virtual ~NewObject() = default;

  virtual void add(std::string_view bytes) = 0;
  // As ObjectStore::put_over().
  virtual bool put_over(const std::string& etag) = 0;
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  // What a page holds is sorted and lies below the prefix; that it sorts behind
  // the page before is its reader's to see.
  virtual ListPage list(const ListRequest& request) = 0;
  // All versions of the keys below the prefix, delete markers too.
  virtual VersionPage list_versions(
      const std::string& prefix,
      const std::optional<VersionPosition>& from) = 0;
  virtual std::vector<PendingUpload> pending_uploads() = 0;  // of the bucket
  virtual std::uint64_t bytes_of(const PendingUpload& upload) = 0;
  virtual Versioning versioning() = 0;
  // By the storage's clock; where its answers disagree, by the earliest.
  virtual std::int64_t now_ns() = 0;

  // None where there is no such object. Throws where it is larger than
  // `at_most`.
  virtual std::optional<std::string> get(const std::string& key,
                                         std::size_t at_most) = 0;
  // Hands the object's bytes over in parts, in their order; a part is valid
  // during the call. False where there is no such object. A broken connection
  // goes on where it broke: no part comes twice.
  virtual bool read(const std::string& key,
                    const std::function<void(std::string_view)>& part) = 0;

  // Whether the storage itself keeps a SHA-256 of that whole object, and it is
  // this one. False where there is no such object. One request, which reads no
  // bytes.
  virtual bool keeps_sha256(const std::string& key, const Digest& digest) = 0;

  // At most 1,000 names in one request. Returns those that are still there, or
  // of which that is not known, with the reason; where a request fails as a
  // whole, all of its names. Never throws StorageError.
  virtual std::vector<NotRemoved> remove(std::span<const ObjectName> names) = 0;
  virtual void abort(const PendingUpload& upload) = 0;
  // On the server's side, of any size; the new object's class is the old one's.
  virtual void copy(const StoredObject& from, const std::string& to) = 0;
  virtual void put(const std::string& key, const std::string& bytes) = 0;
  // The same, as long as the object still has that ETag, or as long as there is
  // none where `etag` is empty. False where that is not so. A storage that
  // knows no conditions writes in any case: look right before.
  virtual bool put_over(const std::string& key, const std::string& bytes,
                        const std::string& etag) = 0;
  // Begins one that has that key in the end; does not outlive the store.
  virtual std::unique_ptr<NewObject> create(const std::string& key) = 0;
};

}  // namespace dregs
