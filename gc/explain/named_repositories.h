// Scans no more of a store than a question about some repositories needs: to
// look one image up must not cost a walk over all of them. Reads only.
#pragma once

#include <vector>

#include "gc/names/image_ref.h"
#include "scanner/disk/scan.h"

namespace dregs {

// Has at least the repositories that `refs` name, and no blobs. Everything is
// scanned where there are globs or no refs, and where a name is not found, so
// that select() can say what comes near. `v2` is borrowed.
Inventory scan_named(int v2, const std::vector<ImageRef>& refs,
                     const StopRequest& stop, ScanProgress& progress);

}  // namespace dregs
