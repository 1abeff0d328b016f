// An object's bytes in parts; where the connection breaks, it goes on behind
// the last byte that was handed over, as long as the object is the same one.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "scanner/requests/s3_client.h"

namespace dregs {

// False where there is no such object. Throws StorageError, "Changed" where
// another object came to be in its place in between; and what `part` throws.
bool read_object(S3Client& client, const std::string& key,
                 const std::function<void(std::string_view)>& part);

}  // namespace dregs
