// Moves corrupt files out of the registry's sight, so that the next push of an
// image that needs them stores them anew: a server keeps what is there and
// says "layer already exists" (format.md 7.2). Nothing is deleted; the files
// lie beside v2, in .dregs/quarantine, under the path that they had.
#pragma once

#include <string>
#include <vector>

#include "gc/aside.h"
#include "scanner/finding.h"

namespace dregs {

// The files that findings of a verification say are better away: `data` with
// other bytes than its digest says, and layer links without content, which no
// push rewrites. Paths relative to the open folder `v2`; sorted, each once.
std::vector<std::string> worth_quarantine(const std::vector<Finding>& findings,
                                          int v2);

// Not for use while a server runs. `v2` is borrowed; `run` names the folder of
// this run.
class Quarantine {
 public:
  Quarantine(int v2, const std::string& run);
  // Is on the disk when it returns. Through no symbolic link, onto no other
  // filesystem, over no other file.
  MovedFile take(const std::string& path);

 private:
  int v2_;
  Aside aside_;
};

}  // namespace dregs
