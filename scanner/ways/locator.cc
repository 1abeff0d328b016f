#include "scanner/ways/locator.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fstream>
#include <iterator>

#include "scanner/files/descriptor.h"
#include "scanner/formats/path_below.h"

namespace dregs {
namespace {

std::string own_mount_table() {
  std::ifstream file("/proc/self/mountinfo");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string joined(std::string_view folder, std::string_view rest) {
  std::string path(folder);
  if (!path.empty() && !path.ends_with('/') && !rest.empty()) path += '/';
  return path.append(rest);
}

}  // namespace

RealPath real_path_of(int fd) {
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  char target[PATH_MAX];
  const ssize_t size = ::readlink(link.c_str(), target, sizeof target);
  // Without /proc nobody knows; that must not look like a path to nowhere.
  if (size < 0) return {{}, errno == ENOENT ? ENOSYS : errno};
  if (size == sizeof target) return {{}, ENAMETOOLONG};
  const std::string_view path(target, static_cast<std::size_t>(size));
  if (!path.starts_with('/')) return {{}, EXDEV};  // beyond our root
  return {std::string(path), 0};
}

Locator::Locator(int v2, const std::vector<StorePart>& parts)
    : mounts_(parse_mounts(own_mount_table())) {
  add("", v2);
  for (const StorePart& part : parts)
    if (const Descriptor folder = open_folder(v2, part.path))
      add(part.path, folder.get());
}

void Locator::add(std::string path, int fd) {
  std::string real = real_path_of(fd).path;
  std::vector<Location> locations = locate(real);
  parts_.push_back({std::move(path), std::move(real), std::move(locations)});
}

std::vector<const Mount*> Locator::mounts_at(const std::string& real) const {
  if (!mounts_) return {};
  return mounts_of(*mounts_, real);
}

// Below a changed root the table may not tell of the mount that it lies on.
std::vector<Locator::Location> Locator::locate(const std::string& real) const {
  std::vector<Location> locations;
  const auto add_layer = [&](const Mount& overlay, const std::string& layer) {
    const std::string path =
        joined(layer, path_below(real, overlay.point).value_or(""));
    for (const Mount* below : mounts_at(path))
      locations.push_back({below->device, path_in_filesystem(*below, path)});
  };
  for (const Mount* mount : mounts_at(real)) {
    locations.push_back({mount->device, path_in_filesystem(*mount, real)});
    for (const std::string& layer : mount->layers) add_layer(*mount, layer);
  }
  if (locations.empty()) locations.push_back({"", real});
  return locations;
}

std::vector<std::string> Locator::places_at(const std::string& real) const {
  std::vector<std::string> places;
  for (const Location& there : locate(real))
    for (const Part& part : parts_)
      for (const Location& own : part.locations) {
        if (there.device != own.device) continue;
        if (const auto rest = path_below(there.path, own.path))
          places.push_back(joined(part.path, *rest));
      }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

std::vector<std::string> Locator::parts_below(const std::string& real) const {
  std::vector<std::string> below;
  for (const Location& there : locate(real))
    for (const Part& part : parts_)
      for (const Location& own : part.locations)
        if (there.device == own.device && there.path != own.path &&
            is_at_or_below(own.path, there.path))
          below.push_back(part.path);
  return below;
}

std::vector<std::string> Locator::mounts_below(const std::string& real) const {
  std::vector<std::string> below;
  if (!mounts_ || real.empty()) return below;
  for (const Mount& mount : *mounts_)
    if (const auto rest = path_below(mount.point, real); rest && !rest->empty())
      below.emplace_back(*rest);
  return below;
}

std::vector<std::string> Locator::mounts_in_store() const {
  std::vector<std::string> all;
  for (const Part& part : parts_)
    for (const std::string& below : mounts_below(part.real))
      all.push_back(joined(part.path, below));
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

bool Locator::shows_anything(const std::string& real) const {
  const auto same_device = [&](const Mount* mount) {
    return std::any_of(
        parts_.front().locations.begin(), parts_.front().locations.end(),
        [&](const Location& own) { return own.device == mount->device; });
  };
  const std::vector<const Mount*> mounts = mounts_at(real);
  return std::any_of(mounts.begin(), mounts.end(), [&](const Mount* mount) {
    return mount->kind.starts_with("fuse") && mount->kind != "fuseblk" &&
           !same_device(mount);
  });
}

// A subvolume is below v2 by nature, and that is no overlap.
bool Locator::collide(const Part& a, const Part& b) {
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

bool Locator::overlaps(const StorePart& part) const {
  const auto own =
      std::find_if(parts_.begin(), parts_.end(),
                   [&](const Part& each) { return each.path == part.path; });
  // What could not be opened again is somewhere, and nobody knows where.
  if (own == parts_.end() || own->real.empty()) return true;
  return std::any_of(parts_.begin(), parts_.end(), [&](const Part& other) {
    return &other != &*own && collide(*own, other);
  });
}

std::string Locator::real_path(std::string_view part) const {
  const auto own =
      std::find_if(parts_.begin(), parts_.end(),
                   [&](const Part& each) { return each.path == part; });
  return own == parts_.end() ? std::string() : own->real;
}

}  // namespace dregs
