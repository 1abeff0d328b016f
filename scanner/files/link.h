// Reading link files of a disk (format.md#2). Thread-safe; nothing throws.
#pragma once

#include "scanner/inventory/link.h"

namespace dregs {

// Reads the link file `path` relative to the folder `at`.
Link read_link(int at, const char* path);

}  // namespace dregs
