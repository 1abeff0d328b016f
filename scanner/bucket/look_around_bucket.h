#pragma once

#include "scanner/bucket/bucket_root.h"
#include "scanner/inventory/surroundings.h"

namespace dregs {

// look_around() asks for what lies beside a registry in a bucket
// (format.md#6.4, #6.5). Throws StorageError.
Surroundings look_around(const BucketRoot& root);

}  // namespace dregs
