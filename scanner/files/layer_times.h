// How old what a first push has written is.
#pragma once

#include "scanner/inventory/inventory.h"

namespace dregs {

// The newest times of a repository's layer links and their folders; `folder` is
// the repository's, open and borrowed. What cannot be looked at counts as
// younger than anything.
FileTimes newest_layer_times(int folder, const Repository& repository);

}  // namespace dregs
