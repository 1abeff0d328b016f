// The checksum that S3 keeps of an object whose writer gave one, as
// `aws s3 cp --checksum-algorithm SHA256` does (object-storage.md#6).
#pragma once

#include <string>

#include "scanner/formats/digest.h"
#include "scanner/requests/s3_client.h"

namespace dregs {

// As ObjectStore::keeps_sha256(). The checksum of an upload in parts is one of
// the parts' checksums, and says nothing here. Throws StorageError; any thread.
bool keeps_whole_sha256(S3Client& client, const std::string& key,
                        const Digest& digest);

}  // namespace dregs
