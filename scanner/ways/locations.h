// A Location is a place by its filesystem's own account: the same one, however
// one came there. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/ways/mount_table.h"

namespace dregs {

struct Location {
  std::string device;
  std::string path;
};

// A part of the store, "" for v2, and all that it is.
struct LocatedPart {
  std::string path;  // relative to v2
  std::string real;
  std::vector<Location> locations;
};

// Without `mounts` nobody knows of any.
using Mounts = std::optional<std::vector<Mount>>;
std::vector<const Mount*> mounts_at(const Mounts& mounts,
                                    const std::string& real);

// More than one of what an overlay shows.
std::vector<Location> locations_of(const Mounts& mounts,
                                   const std::string& real);

// Whether they show the same folders. A subvolume is below v2 by nature, and
// that is no overlap.
bool collide(const LocatedPart& a, const LocatedPart& b);

// A path of both; either may be empty.
std::string joined(std::string_view folder, std::string_view rest);

}  // namespace dregs
