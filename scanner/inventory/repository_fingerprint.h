// One number for what a server writes in a repository, to know it again: every
// link with what it holds, every upload with its size and time, folders whose
// link is gone, and how many pins there are. Other folders, temporary files and
// what is somebody else's do not count.
#pragma once

#include <cstdint>

#include "scanner/inventory/inventory.h"

namespace dregs {

std::uint64_t fingerprint_of(const Repository& repository);

}  // namespace dregs
