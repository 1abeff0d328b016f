#include "gc/processes/mount_reach.h"

#include <algorithm>

#include "scanner/formats/path_below.h"
#include "scanner/ways/mount_table.h"

namespace dregs {
namespace {

// Who mounts an overlay may name its folders relative to a place that nobody
// remembers: then a part of our path that reads the same is enough.
bool writes_at(const std::string& upper, const std::string& path) {
  if (upper.empty()) return false;
  if (upper.starts_with('/')) return paths_overlap(upper, path);
  return (path + "/").find("/" + upper + "/") != std::string::npos;
}

bool shows(const Mount& their, const Mount& ours, const std::string& path) {
  return their.device == ours.device &&
         paths_overlap(their.root, path_in_filesystem(ours, path));
}

}  // namespace

bool may_reach(std::string_view ours, std::string_view theirs,
               const std::string& path) {
  const auto our_mounts = parse_mounts(ours);
  const auto their_mounts = parse_mounts(theirs);
  if (!our_mounts || !their_mounts) return true;
  const std::vector<const Mount*> mounts = mounts_of(*our_mounts, path);
  if (mounts.empty()) return true;
  return std::any_of(their_mounts->begin(), their_mounts->end(),
                     [&](const Mount& their) {
                       return writes_at(their.upper, path) ||
                              std::any_of(mounts.begin(), mounts.end(),
                                          [&](const Mount* mount) {
                                            return shows(their, *mount, path);
                                          });
                     });
}

}  // namespace dregs
