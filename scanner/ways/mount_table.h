// What /proc/PID/mountinfo says: which folder of which filesystem is seen
// where. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dregs {

struct Mount {
  std::string device;  // major:minor
  std::string root;    // which folder of that filesystem is mounted
  std::string point;   // where
  std::string kind;    // "ext4", "overlay"; empty where the table is cut short
  std::string upper;   // of an overlay: the folder that it writes to
  // Of an overlay: the folders that it shows, `upper` too, by absolute paths.
  std::vector<std::string> layers;
};

// nullopt where the table cannot be understood, or is empty.
std::optional<std::vector<Mount>> parse_mounts(std::string_view table);

// The mounts on which `path`, a real path, may lie: nearly always one. What is
// mounted later, at the same place or deeper, hides what was there; mounted
// above it, it does, too, unless the system moved its first mounts into what
// became its root. Then both are possible.
std::vector<const Mount*> mounts_of(const std::vector<Mount>& mounts,
                                    const std::string& path);

// The same place as the filesystem itself knows it.
std::string path_in_filesystem(const Mount& mount, const std::string& path);

}  // namespace dregs
