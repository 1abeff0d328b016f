#include "gc/heal/quarantine.h"

#include <unistd.h>

#include <cerrno>

#include "scanner/files/descriptor.h"
#include "scanner/formats/sort_unique.h"

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
  sort_unique(paths);
  return paths;
}

std::vector<MovedFile> quarantine(int v2, const std::string& run,
                                  const std::vector<std::string>& paths) {
  AsideFolder aside(v2, "quarantine/" + run);
  std::vector<MovedFile> moved;
  moved.reserve(paths.size());
  for (const std::string& path : paths) moved.push_back(aside.take(path));
  if (paths.empty() || ::syncfs(v2) == 0) return moved;
  for (MovedFile& file : moved)
    if (file.error == 0) file.error = errno;
  return moved;
}

}  // namespace dregs
