// DiskEntries removes single files and folders, and trees of them. Each is
// given the open folder in which it is. What is not as the scan saw it stays
// (format.md#7.6). Implemented in remover.cc, the only file that deletes. Any
// thread, each with folders of its own.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "gc/remove/aside_folder.h"
#include "gc/remove/opened_parts.h"
#include "gc/remove/removal_outcome.h"
#include "gc/remove/untouched.h"

namespace dregs {

// An open folder, and its path relative to v2.
struct Place {
  int folder = -1;
  std::string path;
};

// A tree of known shape: regular files at the leaves, folders above.
struct TreeShape {
  int depth = 0;       // of folders
  bool links = false;  // no files but links and their temporary files
  // Whether what is none of these stays by itself, or all that is not yet gone
  // does. Litter always stays by itself.
  bool foreign_stays_alone = false;
};

// What stays by itself in a tree that goes.
struct StayedEntries {
  std::uint64_t count = 0;
  std::string detail;  // of the first that is not litter
};

class DiskEntries {
 public:
  // `parts` and `trash` are borrowed.
  DiskEntries(const OpenedParts& parts, const Inventory& inventory,
              std::int64_t newest_temporary_ns, AsideFolder* trash)
      : parts_(parts),
        newest_temporary_ns_(newest_temporary_ns),
        trash_(trash),
        untouched_(inventory) {}

  // `seen` is what was just found of it.
  RemovalOutcome remove_file(const Place& at, const std::string& name,
                             const FileStatus& seen);
  RemovalOutcome remove_link_file(const Place& at, const char* name);
  RemovalOutcome remove_tree(const Place& parent, const std::string& name,
                             const TreeShape& shape);
  RemovalOutcome close_folder(int parent, const Place& place,
                              const std::string& name,
                              std::initializer_list<std::string_view> gone);
  // `removed` where it is as the scan saw it; else why it stays.
  RemovalOutcome look_at_link(const Place& at, const char* name,
                              FileStatus& status);
  // `path` is of its folder.
  bool is_own_file(const FileStatus& status, std::string_view path) const;
  Untouched& untouched() { return untouched_; }

 private:
  RemovalOutcome remove_tree(const Place& parent, const std::string& name,
                             const TreeShape& shape, StayedEntries& stayed);
  RemovalOutcome remove_tree_entry(const Place& place, const std::string& entry,
                                   const TreeShape& shape,
                                   StayedEntries& stayed);
  RemovalOutcome remove_leftover(const Place& at, const std::string& name);

  const OpenedParts& parts_;
  std::int64_t newest_temporary_ns_;
  AsideFolder* trash_;
  Untouched untouched_;
};

}  // namespace dregs
