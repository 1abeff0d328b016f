// Finds repositories below repositories/ and scans each as it is found
// (format.md#1.2; #row-51 to #row-61). A repository is a folder with any of
// _manifests, _layers, _uploads: 2.x and 3.x are each blind to some.
#pragma once

#include "scanner/inventory/inventory.h"
#include "scanner/inventory/scan_progress.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

// Fills repositories and namespaces and adds to findings and obstacles.
// Parallel over folders.
void discover_repositories(int v2, const StopRequest& stop,
                           ScanProgress& progress, Inventory& inventory);

}  // namespace dregs
