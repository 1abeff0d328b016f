#include "scanner/repositories/place.h"

#include "scanner/formats/layout.h"
#include "scanner/inventory/litter.h"

namespace dregs {

VisitedPlace place_below(const VisitedPlace& above, std::string_view name) {
  VisitedPlace below = above;
  below.path = (above.path.empty() ? "" : above.path + "/") + std::string(name);
  below.hidden |= name.starts_with('_');
  below.in_litter |= is_litter(name);
  return below;
}

bool is_structure(std::string_view place, std::string_view name) {
  if (layout::is_part(name)) return !place.empty();
  if (place == layout::kManifests) return name == "revisions" || name == "tags";
  return place == layout::kLayers &&
         (name.starts_with("sha") || name == "tarsum");
}

bool leads_back(const FileStatus& status, const Ancestor* above) {
  for (; above != nullptr; above = above->above.get())
    if (above->inode == status.inode && above->device == status.device)
      return true;
  return false;
}

}  // namespace dregs
