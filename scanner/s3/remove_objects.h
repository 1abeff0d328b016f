// An ObjectRemover removes objects from a bucket: many with one request where
// the server takes that, one by one elsewhere. Any thread may call.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "scanner/objects/object_store.h"
#include "scanner/requests/s3_client.h"

namespace dregs {

class ObjectRemover {
 public:
  // The client is borrowed.
  ObjectRemover(S3Client& client, std::size_t keys_per_delete)
      : client_(client), keys_per_delete_(keys_per_delete) {}

  // Returns those of which the server does not say that they are gone, each
  // with its error. No StorageError is thrown.
  std::vector<NotRemoved> remove(std::span<const ObjectName> names);

 private:
  std::vector<NotRemoved> remove_together(std::span<const ObjectName> names);

  S3Client& client_;
  const std::size_t keys_per_delete_;
  std::atomic<bool> takes_many_{true};  // GCS has no DeleteObjects
};

}  // namespace dregs
