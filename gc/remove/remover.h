// The only part of dregs that deletes. Everything is relative to the open v2
// folder, or to a part of the store that is elsewhere and was opened once;
// beneath it, on its filesystem, and through no symbolic link. Only what the
// registry's layout knows is touched (format.md#1.1, #7.6, section 8).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gc/decide/plan.h"
#include "gc/remove/aside_folder.h"
#include "gc/remove/opened_parts.h"
#include "gc/remove/removal_outcome.h"

namespace dregs {

// Thread contract: remove() and remove_together() may be called from any number
// of threads, for removals of one kind at a time; sync() while none runs.
class Remover {
 public:
  virtual ~Remover() = default;
  virtual RemovalOutcome remove(const Removal& removal) = 0;
  // How many removals one request takes; 1 where each is one of its own.
  virtual std::size_t together() const { return 1; }
  // Removes at most together() things. The outcomes are in their order.
  virtual std::vector<RemovalOutcome> remove_together(
      std::span<const Removal> removals) {
    std::vector<RemovalOutcome> outcomes;
    outcomes.reserve(removals.size());
    for (const Removal& removal : removals) outcomes.push_back(remove(removal));
    return outcomes;
  }
  // Everything removed so far is on the disk when this returns 0; else errno.
  virtual int sync() = 0;
};

class Untouched;

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

class DiskRemover : public Remover {
 public:
  // `v2` and `inventory` are borrowed and outlive the remover. Temporary files
  // beside what goes stay where they changed later than the last argument (ns
  // since epoch). With a `trash`, borrowed too, files move there; folders that
  // are empty then go as ever.
  DiskRemover(int v2, const Inventory& inventory,
              std::int64_t newest_temporary_ns =
                  std::numeric_limits<std::int64_t>::max(),
              AsideFolder* trash = nullptr);
  ~DiskRemover() override;

  RemovalOutcome remove(const Removal& removal) override;
  int sync() override;

 private:
  // Each is given the open parent folder and its own path, relative to v2.
  RemovalOutcome remove_blob(int parent, const Removal& removal,
                             const std::string& path) const;
  RemovalOutcome remove_link(int parent, const std::string& path) const;
  RemovalOutcome remove_revision(int parent, const std::string& path) const;
  RemovalOutcome remove_upload(int parent, const Removal& removal,
                               const std::string& path) const;
  RemovalOutcome remove_tag(int parent, const std::string& path) const;
  RemovalOutcome remove_temporary(int parent, const Removal& removal,
                                  const std::string& path) const;

  RemovalOutcome remove_tree(const Place& parent, const std::string& name,
                             const TreeShape& shape) const;
  RemovalOutcome remove_tree(const Place& parent, const std::string& name,
                             const TreeShape& shape,
                             StayedEntries& stayed) const;
  RemovalOutcome remove_tree_entry(const Place& place, const std::string& entry,
                                   const TreeShape& shape,
                                   StayedEntries& stayed) const;
  RemovalOutcome remove_signatures(const Place& revision) const;
  RemovalOutcome remove_link_file(const Place& at, const char* name) const;
  RemovalOutcome remove_leftover(const Place& at,
                                 const std::string& name) const;
  RemovalOutcome remove_file(const Place& at, const std::string& name,
                             const FileStatus& seen) const;
  RemovalOutcome close_folder(
      int parent, const Place& place, const std::string& name,
      std::initializer_list<std::string_view> gone) const;
  // `removed` where it is as the scan saw it; else why it stays.
  RemovalOutcome look_at_link(const Place& at, const char* name,
                              FileStatus& status) const;
  // `path` is of its folder.
  bool is_own_file(const FileStatus& status, std::string_view path) const;

  const Inventory& inventory_;
  std::int64_t newest_temporary_ns_;
  AsideFolder* trash_;
  OpenedParts parts_;
  std::unique_ptr<Untouched> untouched_;
  std::unique_ptr<LastFolders> parents_;  // open parent folders, one per thread
};

// Deeper than what is put into the trash ever is; what is deeper stays. The
// name of a repository may have 129 parts (format.md#3.1).
inline constexpr int kDeepestTrash = 192;

// Removes the folder of one run, with all in it, from the open trash folder;
// nothing of another filesystem or mount. 0 or an errno value: EXDEV, ELOOP.
int remove_from_trash(int trash, const std::string& run);

// What a repair began and did not put in place, in .dregs/repair beside v2.
// Nobody else writes there.
void remove_staged(int v2);

// The same of ".dregs/trial", in which somebody tried whether files can move.
void remove_trial(int v2);

// The folder too, and those below it, as far as no file is in them, they are
// on its filesystem, and not deeper than `depth`.
void remove_empty_folders(int parent, const std::string& name,
                          int depth = kDeepestTrash);

}  // namespace dregs
