// enter_place() tells what the places below a folder have from it.
#pragma once

#include "scanner/repositories/discovered.h"
#include "scanner/repositories/place.h"

namespace dregs {

// A folder of repositories that is elsewhere is a part of the store; a
// repository that is, with all below it, is kept. `folder` is the place's, open
// and borrowed, with its status.
VisitedPlace enter_place(const VisitedPlace& place, int folder,
                         const FileStatus& status, Discovered& found);

}  // namespace dregs
