// What a symbolic link or a mount in the store leads to elsewhere in the store
// is used from two places, and what the one does not need the other may:
// nothing there is removed either (format.md section 8, rows 51 and 53). A
// repository that is reached whole is no such case: it has the same tags, and
// needs the same, by either name.
#pragma once

#include "scanner/inventory.h"

namespace dregs {

// Follows up the findings of a scan that is otherwise complete: pins
// repositories and keeps blobs, and says so. `v2` is borrowed. An obstacle
// where nobody can tell where something leads.
void keep_what_is_led_to(int v2, Inventory& inventory);

}  // namespace dregs
