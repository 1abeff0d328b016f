#include "gc/quarantine.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "scanner/descriptor.h"
#include "scanner/layout.h"

namespace dregs {
namespace {

bool is_empty_file(int v2, const std::string& path) {
  FileStatus status;
  return file_status(v2, path.c_str(), status) == 0 && status.regular() &&
         status.size == 0;
}

bool is_worth_it(const Finding& finding, int v2) {
  switch (finding.kind) {
    case FindingKind::corrupt_manifest:
    case FindingKind::corrupt_blob:
    case FindingKind::empty_blob:
      return true;
    case FindingKind::bad_layer_link:
      return is_empty_file(v2, finding.path);
    default:
      return false;
  }
}

}  // namespace

std::vector<std::string> worth_quarantine(const std::vector<Finding>& findings,
                                          int v2) {
  std::vector<std::string> paths;
  for (const Finding& finding : findings)
    if (is_worth_it(finding, v2)) paths.push_back(finding.path);
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

Quarantine::Quarantine(int v2, const std::string& run)
    : v2_(v2), aside_(v2, "quarantine/" + run) {}

MovedFile Quarantine::take(const std::string& path) {
  MovedFile moved{path, "", 0};
  const std::string name(layout::last_component(path));
  const Descriptor from =
      open_folder_beneath(v2_, std::string(layout::parent(path)));
  FileStatus status;
  moved.error = from ? file_status(from.get(), name.c_str(), status) : errno;
  if (moved.error == 0 && !status.regular()) moved.error = EINVAL;
  if (moved.error == 0) moved.error = aside_.take(from.get(), name, path);
  if (moved.error != 0) return moved;
  moved.to = aside_.shown() + "/" + path;
  if (::syncfs(v2_) != 0) moved.error = errno;
  return moved;
}

}  // namespace dregs
