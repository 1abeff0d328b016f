#include "scanner/ways/locations.h"

#include "scanner/formats/path_below.h"

namespace dregs {

std::vector<const Mount*> mounts_at(const Mounts& mounts,
                                    const std::string& real) {
  if (!mounts) return {};
  return mounts_of(*mounts, real);
}

// Below a changed root the table may not tell of the mount that it lies on.
std::vector<Location> locations_of(const Mounts& mounts,
                                   const std::string& real) {
  std::vector<Location> locations;
  const auto add_layer = [&](const Mount& overlay, const std::string& layer) {
    const std::string path =
        joined(layer, path_below(real, overlay.point).value_or(""));
    for (const Mount* below : mounts_at(mounts, path))
      locations.push_back({below->device, path_in_filesystem(*below, path)});
  };
  for (const Mount* mount : mounts_at(mounts, real)) {
    locations.push_back({mount->device, path_in_filesystem(*mount, real)});
    for (const std::string& layer : mount->layers) add_layer(*mount, layer);
  }
  if (locations.empty()) locations.push_back({"", real});
  return locations;
}

bool collide(const LocatedPart& a, const LocatedPart& b) {
  for (const Location& one : a.locations)
    for (const Location& other : b.locations) {
      if (one.device != other.device) continue;
      const auto in_other = path_below(one.path, other.path);
      const auto in_one = path_below(other.path, one.path);
      if (in_other && joined(b.path, *in_other) != a.path) return true;
      if (in_one && joined(a.path, *in_one) != b.path) return true;
    }
  return false;
}

std::string joined(std::string_view folder, std::string_view rest) {
  std::string path(folder);
  if (!path.empty() && !path.ends_with('/') && !rest.empty()) path += '/';
  return path.append(rest);
}

}  // namespace dregs
