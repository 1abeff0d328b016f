// purge_versions() removes for good what a bucket with versions keeps of things
// that are removed (object-storage.md#4.4).
#pragma once

#include "gc/decide/plan.h"
#include "gc/mark/survey.h"
#include "gc/purge/purged.h"
#include "scanner/bucket/bucket_root.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

// Call it when all that the plan names is hidden by delete markers; in a dry
// run instead of that. A bucket that never kept versions costs one request.
// Throws StorageError where the versions cannot be listed; nothing is removed
// then.
Purged purge_versions(const BucketRoot& root, const Survey& survey,
                      const Plan& plan, const PurgeScope& scope,
                      const StopRequest& stop);

}  // namespace dregs
