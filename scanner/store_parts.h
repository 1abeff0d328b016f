// The parts of a store that operators put elsewhere as it grows: a mount, a
// symbolic link or a btrfs subvolume for `blobs`, `blobs/sha256`,
// `repositories` or a namespace below it. They are collected as any other.
// Thread-safe; nothing throws but for want of memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dregs {

// A folder that is not on the device of the folder that it is seen in, or
// behind a symbolic link. What is removed below it is removed relative to it.
struct StorePart {
  std::string path;  // relative to v2
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool symbolic = false;
};

// What the folder `name` in the open folder `above` is, `folder` being open;
// none where it is where it seems to be. `path` is relative to v2.
std::optional<StorePart> find_part(int above, const std::string& name,
                                   int folder, std::string path);

// blobs, blobs/sha256 and repositories, those of them that are elsewhere.
std::vector<StorePart> find_frame_parts(int v2);

}  // namespace dregs
