// What other software leaves in any folder of a disk: a NAS's indexer, a
// desktop, a file system's client, a synchroniser, an editor. Pure functions of
// names; a Litter has one owner.
//
// The rule: a name that no server could have written, and that no request could
// make a server look for, is neither a digest, a tag, a part of a repository's
// name, an upload's id nor a part of the layout. It keeps the folder that it
// lies in, and nothing else. Where such a folder holds what only a registry
// writes (a link, a tag's target, a repository), that is kept as ever.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/inventory/finding.h"

namespace dregs {

// Whether servers can neither write nor reach the name: it has a byte beyond
// [A-Za-z0-9._-], or begins with '.' (format.md#3.1).
bool is_litter(std::string_view name);

// The same of a file: desktops leave some that could be a tag or a repository.
bool is_litter_file(std::string_view name);

// A folder that shows what its own parent held at other times. All that an
// image of today needs is outside of it.
bool is_snapshot_folder(std::string_view name);

// What an NFS client makes of a file that was removed while it was open.
bool is_open_on_nfs(std::string_view name);

// How often each kind of name was seen, and where first. Bounded: names that
// are not known by themselves count together.
class Litter {
 public:
  // Relative to v2. A key of object storage that ends in '/' is one kind.
  void add(std::string_view path);
  void merge(const Litter& other);
  // One note for each kind of name.
  void report(std::vector<Finding>& findings) const;

 private:
  struct Seen {
    std::uint64_t count = 0;
    std::string first;  // in the order of bytes
  };
  void add(std::string_view kind, std::uint64_t count, std::string_view path);

  std::map<std::string, Seen, std::less<>> seen_;
};

}  // namespace dregs
