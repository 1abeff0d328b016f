// A VisitedPlace is a folder below repositories/ on the way to repositories.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "scanner/files/descriptor.h"

namespace dregs {

// The folders above, to recognise a symbolic link that leads back to one.
struct Ancestor {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::shared_ptr<const Ancestor> above;
};

struct VisitedPlace {
  std::string path{};  // below repositories/, "" is that folder
  bool hidden = false;
  bool is_link = false;                // a symbolic link itself
  bool through_symbolic_link = false;  // perhaps not the only way to it
  // Nothing below is removed, for a repository above is behind a symbolic link,
  // or on another filesystem.
  bool behind_symbolic_link = false;
  bool on_other_filesystem = false;
  // In a folder that no server can reach by its name. Repositories in it are
  // kept as those that servers do not see; nothing else in it matters.
  bool in_litter = false;
  std::uint64_t device = 0;  // of the folder above
  std::shared_ptr<const Ancestor> above{};

  bool kept() const { return behind_symbolic_link || on_other_filesystem; }
};

// The folder or symbolic link `name` in the place.
VisitedPlace place_below(const VisitedPlace& above, std::string_view name);

// Whether the name is a registry's own in the place: what it has for parts of a
// repository, and in those. Without a name there is no repository, and somebody
// may have put others in its parts.
bool is_structure(std::string_view place, std::string_view name);

// Whether the folder is one of those above.
bool leads_back(const FileStatus& status, const Ancestor* above);

}  // namespace dregs
