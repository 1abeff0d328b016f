// What a symbolic link or a mount in the store leads to is used from two
// places, and what the one does not need the other may: nothing there is
// removed (format.md#row-51 and #row-53). The rule: every way is walked step by
// step to its end; whatever of the store it passes stays, and so does all below
// its end. Where the end is a folder, all links and mounts in it are walked in
// turn, inside the store and outside. What cannot be walked to its end keeps
// everything, or refuses the run.
//
// A way that ends at a whole repository, or a folder of them, is no such case:
// it has the same tags, and needs the same, by either name. And a part of the
// store that was put elsewhere (StorePart) is collected there, if nothing else
// of the store shows any of it.
#pragma once

#include "scanner/inventory/inventory.h"

namespace dregs {

// Follows up the findings of a scan that is otherwise complete: judges its
// parts, pins repositories and keeps blobs, and says so. `v2` is borrowed. An
// obstacle where nobody can tell where something leads.
void keep_what_is_led_to(int v2, Inventory& inventory);

}  // namespace dregs
