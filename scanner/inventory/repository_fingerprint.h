// One number for what a server writes in a repository, to know it again.
#pragma once

#include <cstdint>

#include "scanner/inventory/inventory.h"

namespace dregs {

std::uint64_t fingerprint_of(const Repository& repository);

}  // namespace dregs
