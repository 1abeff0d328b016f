// aftercare() says what the operator has to do after a removal.
#pragma once

#include <vector>

#include "gc/guard/other_users.h"

namespace dregs {

// A registry that stayed up still has the removed blobs in its cache, and
// accepts pushes that need them. It has to be restarted. Where the cache is
// Redis, it has to be flushed. `others` is what make_exclusive() saw. Returns
// notes that every report shows. Pure.
std::vector<Finding> aftercare(const ResolvedRoot& root,
                               const Exclusivity& others);

}  // namespace dregs
