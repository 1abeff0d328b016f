// Whether a folder of the store is somewhere else in truth: behind a symbolic
// link or a mount. What is there is read, never removed (format.md section 8,
// rows 51 and 53). Thread-safe; nothing throws but for want of memory.
#pragma once

#include <optional>
#include <string>

#include "scanner/finding.h"

namespace dregs {

// `path` is a folder below v2 that can be opened. The finding that says where
// it leads; none where it is where it seems to be.
std::optional<Finding> leads_elsewhere(int v2, const std::string& path);

}  // namespace dregs
