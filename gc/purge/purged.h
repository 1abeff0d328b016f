// What --purge-versions removed for good, or would. A plain value.
#pragma once

#include <cstdint>
#include <vector>

#include "scanner/inventory/finding.h"

namespace dregs {

struct PurgeScope {
  // Versions that an earlier removal hid go where they are this old; ns since
  // the epoch, by the storage's clock.
  std::int64_t newest_old_ns = 0;
  bool dry_run = false;
};

struct Purged {
  bool dry_run = false;
  std::uint64_t versions = 0;  // delete markers do not count
  std::uint64_t bytes = 0;
  std::uint64_t held = 0;  // of those, the storage did not let go
  std::uint64_t held_bytes = 0;
  std::vector<Finding> findings;  // why; one of each kind
  bool complete = true;           // all that was to go is gone
};

}  // namespace dregs
