// How an object comes into a bucket: whole, or in parts where it is large, and
// only over what the asker knows. Any thread; throws StorageError.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scanner/objects/object_store.h"
#include "scanner/requests/s3_client.h"

namespace dregs {

void put_object(S3Client& client, const std::vector<HeaderField>& headers,
                const std::string& key, const std::string& bytes);

// Calls put() with the condition that the object still has that ETag, or that
// there is none where it is empty; without one where the server knows none.
// False where the condition is not met. It may call more than once.
bool put_unless_changed(
    const std::string& etag,
    const std::function<void(const std::optional<HeaderField>&)>& put);

struct NewObjectSettings {
  std::vector<HeaderField> headers;  // class, encryption, ACL
  std::size_t part = 0;  // bytes; at most so many are in memory at a time
};

// The client is borrowed and outlives the object.
std::unique_ptr<NewObject> create_object(S3Client& client,
                                         NewObjectSettings settings,
                                         const std::string& key);

}  // namespace dregs
