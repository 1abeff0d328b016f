// A copy on the server's side: in one request, or in parts where the object is
// larger than S3 copies at once. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scanner/objects/object_store.h"
#include "scanner/requests/s3_client.h"

namespace dregs {

struct CopySettings {
  std::uint64_t at_once = 5ULL << 30U;  // S3's limit of one CopyObject
  std::uint64_t part = 512ULL << 20U;   // of a larger copy
  std::vector<HeaderField> headers;     // encryption and ACL of what is written
};

// Metadata and storage class stay. Throws StorageError; of a copy in parts that
// fails, nothing stays.
void copy_object(S3Client& client, const CopySettings& settings,
                 const StoredObject& from, const std::string& to);

}  // namespace dregs
