// Keys, entry by entry, as a listing of their folder would show them. Pure
// functions; the keys are borrowed.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "scanner/keys/repository_keys.h"

namespace dregs {

// An entry of a folder. A bucket can have both: an object of that name, and
// objects whose keys go on behind it.
struct KeyEntry {
  std::string_view path;             // relative to the repository
  std::string_view name;             // its last component
  const OtherKey* file = nullptr;    // the object of just that key
  std::span<const OtherKey> inside;  // those below it

  bool is_folder() const { return !inside.empty(); }
};

// `keys` are in the order of RepositoryKeys::others, and all are below
// `folder`, which ends in no slash; "" is the repository's own.
std::vector<KeyEntry> entries_of(std::string_view folder,
                                 std::span<const OtherKey> keys);

// The entry of that name; an empty one where there is none.
KeyEntry entry_called(std::string_view name,
                      const std::vector<KeyEntry>& entries);

// What the folder's link holds, by what was read.
Link link_in(const KeyEntry& folder);

}  // namespace dregs
