#include "scanner/ways/locator.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fstream>
#include <iterator>

#include "scanner/files/descriptor.h"
#include "scanner/formats/path_below.h"
#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {

std::string own_mount_table() {
  std::ifstream file("/proc/self/mountinfo");
  return {std::istreambuf_iterator<char>(file), {}};
}

bool is_other_fuse(const Mount& mount, const std::vector<Location>& own) {
  const bool same_device =
      std::any_of(own.begin(), own.end(), [&](const Location& location) {
        return location.device == mount.device;
      });
  return mount.kind.starts_with("fuse") && mount.kind != "fuseblk" &&
         !same_device;
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
  std::vector<Location> locations = locations_of(mounts_, real);
  parts_.push_back({std::move(path), std::move(real), std::move(locations)});
}

std::vector<std::string> Locator::places_at(const std::string& real) const {
  std::vector<std::string> places;
  for (const Location& there : locations_of(mounts_, real))
    for (const LocatedPart& part : parts_)
      for (const Location& own : part.locations) {
        if (there.device != own.device) continue;
        if (const auto rest = path_below(there.path, own.path))
          places.push_back(joined(part.path, *rest));
      }
  sort_unique(places);
  return places;
}

std::vector<std::string> Locator::parts_below(const std::string& real) const {
  std::vector<std::string> below;
  for (const Location& there : locations_of(mounts_, real))
    for (const LocatedPart& part : parts_)
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
  for (const LocatedPart& part : parts_)
    for (const std::string& below : mounts_below(part.real))
      all.push_back(joined(part.path, below));
  sort_unique(all);
  return all;
}

bool Locator::shows_anything(const std::string& real) const {
  const std::vector<const Mount*> mounts = mounts_at(mounts_, real);
  return std::any_of(mounts.begin(), mounts.end(), [&](const Mount* mount) {
    return is_other_fuse(*mount, parts_.front().locations);
  });
}

bool Locator::overlaps(const StorePart& part) const {
  const auto own = std::find_if(
      parts_.begin(), parts_.end(),
      [&](const LocatedPart& each) { return each.path == part.path; });
  // What could not be opened again is somewhere, and nobody knows where.
  if (own == parts_.end() || own->real.empty()) return true;
  return std::any_of(parts_.begin(), parts_.end(),
                     [&](const LocatedPart& other) {
                       return &other != &*own && collide(*own, other);
                     });
}

std::string Locator::real_path(std::string_view part) const {
  const auto own =
      std::find_if(parts_.begin(), parts_.end(),
                   [&](const LocatedPart& each) { return each.path == part; });
  return own == parts_.end() ? std::string() : own->real;
}

}  // namespace dregs
