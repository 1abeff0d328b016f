// visit_entry() looks at what lies in a folder on the way to repositories.
#pragma once

#include <tbb/parallel_for_each.h>

#include "scanner/files/listing.h"
#include "scanner/repositories/discovered.h"
#include "scanner/repositories/place.h"

namespace dregs {

// A folder that is being listed. Everything is borrowed.
struct OpenPlace {
  const VisitedPlace& place;
  int folder = -1;
  NamespaceFolder& here;
  Discovered& found;
  tbb::feeder<VisitedPlace>& to_visit;
};

// An entry that is none of a repository's structure. A folder is visited as
// well, and a symbolic link to one is followed later.
void visit_entry(const OpenPlace& at, FolderEntry entry);

}  // namespace dregs
