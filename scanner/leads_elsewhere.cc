#include "scanner/leads_elsewhere.h"

#include <cerrno>

#include "scanner/descriptor.h"

namespace dregs {

std::optional<Finding> leads_elsewhere(int v2, const std::string& path) {
  const Descriptor own = open_folder_beneath(v2, path);
  if (own || (errno != ELOOP && errno != EXDEV && errno != ENOTDIR))
    return std::nullopt;
  const bool mounted = errno == EXDEV;
  Finding finding;
  finding.kind =
      mounted ? FindingKind::other_filesystem : FindingKind::symbolic_link;
  finding.path = path;
  finding.detail =
      mounted ? "another filesystem is mounted here; nothing in it is removed"
              : "the registry follows it; nothing is removed through it";
  return finding;
}

}  // namespace dregs
