// The blobs/ half of a scan (format.md P1; section 8, rows 40 to 53).
#pragma once

#include "scanner/scan.h"

namespace dregs {

// Fills blobs, prefixes, empty_blob_folders and adds to temporary_files,
// findings and obstacles. Runs in parallel over the prefix folders.
void scan_blobs(int v2, const StopRequest& stop, ScanProgress& progress,
                Inventory& inventory);

}  // namespace dregs
