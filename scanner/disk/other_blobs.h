// What is stored under another algorithm than sha256: blobs/sha512/<xx>/<hex>,
// rare enough to be listed by one thread.
#pragma once

#include <string>

#include "scanner/inventory/inventory.h"

namespace dregs {

// Adds to inventory.other_blobs, unsorted. `blobs` is open and borrowed. What
// cannot be listed may hold a manifest, and nobody knows what that needs: it
// becomes an obstacle.
void list_other_blobs(int blobs, const std::string& algorithm,
                      Inventory& inventory);

}  // namespace dregs
