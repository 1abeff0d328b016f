// Moves corrupt files out of the registry's sight, so that the next push of an
// image that needs them stores them anew: a server keeps what is there and says
// "layer already exists" (format.md#7.2). Nothing is deleted; the files lie
// beside v2, in .dregs/quarantine, under the path that they had.
#pragma once

#include <string>
#include <vector>

#include "gc/remove/aside_folder.h"
#include "scanner/inventory/finding.h"

namespace dregs {

// The files that findings of a verification say are better away: `data` with
// other bytes than its digest says, and layer links without content, which no
// push rewrites. Paths relative to the open folder `v2`; sorted, each once.
std::vector<std::string> worth_quarantine(const std::vector<Finding>& findings,
                                          int v2);

// Moves them into the folder of this run; they are on the disk there when it
// returns. Through no symbolic link, onto no other filesystem, over no other
// file. Not while a server runs.
std::vector<MovedFile> quarantine(int v2, const std::string& run,
                                  const std::vector<std::string>& paths);

}  // namespace dregs
