// The requests that list a bucket, page by page (object-storage.md#3). All
// throw StorageError. Any thread may call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scanner/objects/object_store.h"
#include "scanner/requests/s3_client.h"

namespace dregs {

// A request of the bucket itself that needs the permission.
S3Request bucket_request(const char* permission, Query query);

ListPage list_objects(S3Client& client, const ListRequest& request);
VersionPage list_object_versions(S3Client& client, const std::string& prefix,
                                 const std::optional<VersionPosition>& from);
// All pages at once.
std::vector<PendingUpload> list_uploads(S3Client& client);
// Of all parts that are there; 0 where the upload is gone.
std::uint64_t bytes_of_upload(S3Client& client, const PendingUpload& upload);

}  // namespace dregs
