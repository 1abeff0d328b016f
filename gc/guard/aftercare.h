// What somebody has to do once something was removed.
#pragma once

#include <vector>

#include "gc/guard/other_users.h"

namespace dregs {

// A registry's cache still knows what is gone, and takes pushes without it:
// those that stayed up are to be restarted, and Redis is to be flushed where it
// is the cache. `others` is what make_exclusive() saw. Of notes that every
// report shows. Pure.
std::vector<Finding> aftercare(const ResolvedRoot& root,
                               const Exclusivity& others);

}  // namespace dregs
