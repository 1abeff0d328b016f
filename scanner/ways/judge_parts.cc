#include <algorithm>

#include "scanner/inventory/finding_at.h"
#include "scanner/ways/following.h"

namespace dregs {
namespace {

Finding finding_for_kept(const StorePart& part) {
  return finding_at(
      part.symbolic ? FindingKind::symbolic_link
                    : FindingKind::other_filesystem,
      part.path,
      "it leads to what is also seen at another place of the store, "
      "so nothing there is removed");
}

Finding note_for(const StorePart& part, const Locator& locator) {
  return finding_at(
      FindingKind::part_elsewhere, part.path,
      (part.symbolic ? "a symbolic link to " : "another filesystem, at ") +
          locator.real_path(part.path) +
          "; it is collected there as any other part");
}

}  // namespace

void judge_parts(Following& all) {
  std::vector<StorePart>& parts = all.inventory.parts;
  std::vector<StorePart> sound;
  std::sort(
      parts.begin(), parts.end(),
      [](const StorePart& a, const StorePart& b) { return a.path < b.path; });
  for (StorePart& part : parts) {
    const bool kept = all.locator.overlaps(part);
    const Finding finding =
        kept ? finding_for_kept(part) : note_for(part, all.locator);
    all.inventory.findings.push_back(finding);
    begin(all, part.path, finding);
    if (kept)
      all.places.keep_all_at(part.path, finding);
    else
      sound.push_back(std::move(part));
  }
  parts = std::move(sound);
}

}  // namespace dregs
