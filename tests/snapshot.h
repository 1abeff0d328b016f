// A folder's whole content as a value, to say what a run changed.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

namespace dregs {

// Path relative to the folder → what is there: "folder", "file" and the
// digest of its bytes, "symlink" and its target, "fifo" or "unreadable".
using TreeSnapshot = std::map<std::string, std::string>;

// A missing folder gives an empty snapshot. Symbolic links are not followed.
TreeSnapshot snapshot_tree(const std::filesystem::path& folder);

// Everything but folders that was in `before` and is not in `after`.
std::set<std::string> files_lost(const TreeSnapshot& before,
                                 const TreeSnapshot& after);
std::set<std::string> files_added(const TreeSnapshot& before,
                                  const TreeSnapshot& after);
// In both, with other content.
std::set<std::string> files_changed(const TreeSnapshot& before,
                                    const TreeSnapshot& after);

}  // namespace dregs
