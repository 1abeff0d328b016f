// Where in a bucket a registry is, and how it is asked.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scanner/objects/object_store.h"

namespace dregs {

struct BucketRoot {
  // `prefix` is the registry's rootdirectory, with or without slashes at its
  // ends. The store is borrowed.
  BucketRoot(ObjectStore& bucket, std::string_view prefix,
             int most_connections = 32);

  std::string key(std::string_view path_in_v2) const {
    return v2 + std::string(path_in_v2);
  }

  ObjectStore& store;
  std::string rootdirectory;  // "" or "a/b/"
  std::string v2;             // "a/b/docker/registry/v2/"
  int connections;            // requests at a time
  // Where the storage keeps a blob's SHA-256, and it is the blob's digest,
  // hash_blobs_in() does not read the blob.
  bool believes_checksums = false;
};

// The object of just that key. Throws StorageError.
std::optional<StoredObject> find_object(ObjectStore& store,
                                        const std::string& key);

// Whether an error is about one object, which cannot be read while others can:
// it may not be read, it is archived, its key of encryption is gone.
bool is_about_the_object(const StorageError& error);

}  // namespace dregs
