// The only part of dregs that deletes. Everything is relative to the open v2
// folder, or to a part of the store that is elsewhere and was opened once;
// beneath it, on its filesystem, and through no symbolic link. Only what the
// registry's layout knows is touched (format.md#1.1, #7.6, section 8).
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
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

class DiskEntries;
class LastFolders;

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
  const Inventory& inventory_;
  OpenedParts parts_;
  std::unique_ptr<DiskEntries> entries_;
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
