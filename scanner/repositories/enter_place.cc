#include "scanner/repositories/enter_place.h"

#include "scanner/files/listing.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

bool holds_parts(int folder) {
  const Descriptor again = open_folder(folder, "");
  bool found = false;
  if (again)
    for_each_entry(again.get(), [&](FolderEntry entry) {
      found |= layout::is_part(entry.name);
    });
  return found;
}

}  // namespace

VisitedPlace enter_place(const VisitedPlace& place, int folder,
                         const FileStatus& status, Discovered& found) {
  VisitedPlace inside = place;
  inside.above = std::make_shared<const Ancestor>(
      Ancestor{status.device, status.inode, place.above});
  inside.device = status.device;
  inside.is_link = false;
  if (!place.is_link && status.device == place.device) return inside;
  const bool collected = !place.hidden && !place.kept() &&
                         layout::is_legal_repository_name(place.path) &&
                         !holds_parts(folder);
  if (collected)
    found.parts.push_back({layout::repository(place.path), status.device,
                           status.inode, place.is_link});
  else if (place.is_link)
    found.note_followed(place.path);
  inside.behind_symbolic_link |= place.is_link && !collected;
  inside.on_other_filesystem |= status.device != place.device && !collected;
  return inside;
}

}  // namespace dregs
