// Links whose time has not come yet, because a clock is wrong or was. Whether
// somebody wrote such a link since the scan nobody can tell, so it stays, and
// with it all of its repository, whatever a plan says (format.md#row-71).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gc/decide/plan.h"
#include "scanner/inventory/finding.h"

namespace dregs {

struct FutureLinks {
  // By repository, by position: the first path and how many the plan names.
  struct Found {
    std::string path;
    std::uint64_t count = 0;
  };
  std::map<std::uint32_t, Found> found;

  bool in(const Removal& removal) const {
    return found.contains(removal.repository);
  }
};

// Looks at every link that the plan would remove, on the calling task arena.
// `v2` is borrowed; `now_ns` is the time by the system clock.
FutureLinks find_future_links(int v2, const Inventory& inventory,
                              const Plan& plan, std::int64_t now_ns);

// One for each repository.
std::vector<Finding> findings_of(const FutureLinks& links,
                                 const Inventory& inventory);

}  // namespace dregs
