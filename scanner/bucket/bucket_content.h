// What single blobs and objects of a bucket hold. Any thread may call. An
// object that may not be read is unreadable; StorageError is thrown where the
// storage does not answer.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/bucket/bucket_root.h"
#include "scanner/inventory/stop_request.h"
#include "scanner/store/blob_content.h"
#include "scanner/store/hashed_blobs.h"
#include "scanner/store/rate_limit.h"

namespace dregs {

// Whole, as far as it has at most so many bytes; `matches` says of these
// whether they are what the path's name promises. `path` is relative to v2.
BlobContent read_object_at(
    const BucketRoot& root, const std::string& path, std::size_t at_most,
    const std::function<bool(std::string_view)>& matches);
// Its size alone.
BlobContent stat_object_at(const BucketRoot& root, const std::string& path);

// Downloads the blob and compares; as StoreReader::stream_blob().
BlobContent stream_blob_in(const BucketRoot& root, const Digest& digest,
                           const std::function<void(std::string_view)>& part);
// The same of many, as many at once as the root has connections. Only a
// checksum that is right is believed; where it is another, or there is none,
// the blob is read.
HashedBlobs hash_blobs_in(const BucketRoot& root, const BlobTable& blobs,
                          std::vector<BlobId> wanted, RateLimit& limit,
                          const StopRequest& stop, HashProgress& progress);

// What a link holds; none where there is none, or it may not be read.
std::optional<Digest> link_target_at(const BucketRoot& root,
                                     const std::string& path);

}  // namespace dregs
