// Which files are better out of the registry's sight, and where they went.
// Plain values; pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "scanner/inventory/finding.h"

namespace dregs {

struct WrongFile {
  std::string path;    // relative to v2
  std::string digest;  // that its bytes do not have; empty of a link

  auto operator<=>(const WrongFile&) const = default;
};

// The files that findings of a verification say are better away: `data` with
// other bytes than its digest says, and layer links without content, which no
// push rewrites. `is_empty` says so of a path. Sorted, each once.
std::vector<WrongFile> worth_quarantine(
    const std::vector<Finding>& findings,
    const std::function<bool(const std::string& path)>& is_empty);

struct Quarantined {
  std::string path;  // where it was, relative to v2
  std::string to;    // where it is, relative to v2; empty where it did not move
  std::string error;  // a sentence for a person; empty where it moved
};

}  // namespace dregs
