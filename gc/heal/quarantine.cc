#include "gc/heal/quarantine.h"

#include "scanner/formats/sort_unique.h"

namespace dregs {

std::vector<WrongFile> worth_quarantine(
    const std::vector<Finding>& findings,
    const std::function<bool(const std::string& path)>& is_empty) {
  std::vector<WrongFile> files;
  for (const Finding& finding : findings) {
    switch (finding.kind) {
      case FindingKind::corrupt_manifest:
      case FindingKind::corrupt_blob:
      case FindingKind::empty_blob:
        files.push_back({finding.path, finding.digest});
        break;
      case FindingKind::bad_layer_link:
        if (is_empty(finding.path)) files.push_back({finding.path, {}});
        break;
      default:
        break;
    }
  }
  sort_unique(files);
  return files;
}

}  // namespace dregs
