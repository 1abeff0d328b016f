// What lies in one folder with a link or a blob's data, and is neither: what a
// registry since 3.1 leaves when it is killed between writing a temporary file
// and renaming it (format.md#P11), and what is somebody else's (#row-42 and
// #row-43).
#pragma once

#include "scanner/inventory/inventory.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

// To know it, every such folder has to be listed, which doubles what a scan
// asks of the kernel. So that is done in stores of up to this many folders, and
// in larger ones where the scan met a temporary file, or an upload's id as only
// registries since 3.1 make them. Elsewhere such files stay until the folders
// that they lie in go.
inline constexpr std::uint64_t kFoldersAlwaysListed = 100'000;

// Whether the folders are listed.
bool is_worth_looking_beside(const Inventory& inventory);

// Adds temporary files, findings and occupied folders to what was scanned.
// Parallel inside; nothing is removed by what is said here alone.
void look_beside(int v2, const StopRequest& stop, Inventory& inventory);

}  // namespace dregs
