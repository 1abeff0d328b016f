// The parts of a store that operators put elsewhere as it grows: a mount, a
// symbolic link or a btrfs subvolume for `blobs`, `blobs/sha256`,
// `repositories` or a namespace below it. They are collected as any other.
// Thread-safe; nothing throws but for want of memory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scanner/inventory/store_part.h"

namespace dregs {

// What the folder `name` in the open folder `above` is, `folder` being open;
// none where it is where it seems to be. `path` is relative to v2.
std::optional<StorePart> find_part(int above, const std::string& name,
                                   int folder, std::string path);

// blobs, blobs/sha256 and repositories, those of them that are elsewhere.
std::vector<StorePart> find_frame_parts(int v2);

}  // namespace dregs
