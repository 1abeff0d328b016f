// Which place of the store is seen at a real path, however one came there:
// through symbolic links, bind mounts, a second mount of the same filesystem,
// or the layers of an overlay. Linux only. Reads only; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scanner/ways/locations.h"
#include "scanner/ways/store_parts.h"

namespace dregs {

// What the kernel calls an open file or folder; an errno value where it cannot
// say.
struct RealPath {
  std::string path;
  int error = 0;
};
RealPath real_path_of(int fd);

class Locator {
 public:
  // `v2` is only used here. A part that cannot be opened is nowhere.
  Locator(int v2, const std::vector<StorePart>& parts);

  // Relative to v2; "" is v2 itself. More than one where parts overlap.
  std::vector<std::string> places_at(const std::string& real) const;
  // The parts, "" for v2, that lie below a real path.
  std::vector<std::string> parts_below(const std::string& real) const;
  // Every mount point below a folder, relative to it.
  std::vector<std::string> mounts_below(const std::string& real) const;
  // The same of all of v2 and its parts, relative to v2.
  std::vector<std::string> mounts_in_store() const;
  // Whether the filesystem may show folders of others, and does not say which.
  bool shows_anything(const std::string& real) const;

  // Whether two parts show the same folders, or one of them some of v2.
  bool overlaps(const StorePart& part) const;
  std::string real_path(std::string_view part) const;

 private:
  void add(std::string path, int fd);

  Mounts mounts_;
  std::vector<LocatedPart> parts_;
};

}  // namespace dregs
