// Who needs a digest: every way from a tag or a revision down to it
// (format.md#3.6). Pure and parallel, like mark().
#pragma once

#include <string>
#include <vector>

#include "scanner/inventory/inventory.h"
#include "scanner/inventory/manifest_graph.h"

namespace dregs {

// REPO:TAG, or REPO@DIGEST of a revision that no tag of the repository
// reaches; then digests down to the one that was asked for, where they are
// not named by the first word already.
using NeedPath = std::vector<std::string>;

struct PathsTo {
  std::vector<NeedPath> paths;  // sorted
  bool complete = true;         // false: there are more than were asked for
};

// How many paths are listed. Which ones does not depend on the threads.
struct PathLimits {
  std::size_t in_a_repository = 10'000;
  std::size_t in_all = 100'000;
};

// At least one where there is any, however deep it lies.
// Subjects of referrers count only in repositories where nothing else leads
// to the digest: that a signature names an image is not why it is there.
PathsTo paths_to(const Inventory& inventory, const ManifestGraph& graph,
                 DigestId target, const PathLimits& limits = {});

}  // namespace dregs
