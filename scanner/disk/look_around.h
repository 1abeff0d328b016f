// What stands above and beside a store (format.md#6.4, #6.5).
#pragma once

#include <string>

#include "scanner/inventory/surroundings.h"

namespace dregs {

// Reads the folders above the open v2 folder.
Surroundings look_around(int v2);
// The same of what the registry calls its root: above a v2 that a symbolic link
// leads to are other folders.
Surroundings look_around(const std::string& rootdirectory);

}  // namespace dregs
