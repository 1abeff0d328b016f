// Reads the folders and links of a registry, in parallel, and concludes
// nothing. format.md#1.1, #1.2, #2. Call from one thread; uses the calling task
// arena. Problems become findings; only running out of memory throws.
#pragma once

#include "scanner/inventory/inventory.h"
#include "scanner/inventory/scan_progress.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

// `v2` is the open docker/registry/v2 folder; it is only borrowed.
Inventory scan(int v2, const StopRequest& stop, ScanProgress& progress);

// The repositories' part alone, with its findings and obstacles, and no blobs:
// what is compared to see whether anything changed.
Inventory scan_repositories(int v2, const StopRequest& stop,
                            ScanProgress& progress);

}  // namespace dregs
