// What in a repository says that it belongs to a manifest: by subject, and by
// the names of tags, as cosign and clients without the referrers API do.
#pragma once

#include <vector>

#include "gc/explain/inspection.h"

namespace dregs {

// Reads every manifest of the repository, in parallel. Sorted.
std::vector<Referrer> find_referrers(const StoreReader& store,
                                     const Repository& repository,
                                     const Digest& subject);

}  // namespace dregs
