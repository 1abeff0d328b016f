// look_around() looks at what lies above and beside a store (format.md#6.4,
// #6.5).
#pragma once

#include <string>

#include "scanner/inventory/surroundings.h"

namespace dregs {

// Looks at the folders above the open folder `v2`.
Surroundings look_around(int v2);
// Does the same from the rootdirectory. Where v2 is behind a symbolic link,
// other folders are above it.
Surroundings look_around(const std::string& rootdirectory);

}  // namespace dregs
