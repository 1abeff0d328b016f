// The blobs/ half of a scan (format.md#P1; #row-40 to #row-53).
#pragma once

#include "scanner/disk/scan.h"

namespace dregs {

// Fills blobs, prefixes, empty_blob_folders and adds to temporary_files,
// findings and obstacles. Runs in parallel over the prefix folders.
void scan_blobs(int v2, const StopRequest& stop, ScanProgress& progress,
                Inventory& inventory);

}  // namespace dregs
