// restore_in_bucket() puts back what a run with --trash put aside: blobs first,
// tags last (object-storage.md#4.4).
#pragma once

#include "gc/bucket/trash_content.h"
#include "gc/remove/trash.h"

namespace dregs {

// Nothing comes back over what is there by now. A version comes back only where
// its own delete marker is all that hides it. Where anything fails, what could
// refer to it stays in the trash. The run's own objects stay but for the copies
// that are back.
Restored restore_in_bucket(const BucketRoot& root, const TrashContent& content);

}  // namespace dregs
