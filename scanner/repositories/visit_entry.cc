#include "scanner/repositories/visit_entry.h"

#include <cerrno>

#include "scanner/files/entry_type.h"
#include "scanner/formats/layout.h"
#include "scanner/inventory/litter.h"

namespace dregs {
namespace {

// A folder of snapshots holds whole copies of the store, and no image of today
// needs them: it is not walked. Symbolic links are not followed, for no server
// comes to them.
void visit_litter(const OpenPlace& at, FolderEntry entry, EntryType type,
                  VisitedPlace below) {
  ++at.here.other_entries;
  if (type == EntryType::folder && !is_snapshot_folder(entry.name))
    at.to_visit.add(std::move(below));
  else if (!at.place.in_litter)
    at.found.litter.add(layout::repository(below.path));
}

// Whether what the symbolic link leads to has to be scanned.
bool is_to_follow(const OpenPlace& at, FolderEntry entry,
                  const std::string& path) {
  FileStatus status;
  const int error = followed_status(at.folder, entry.c_str(), status);
  if (error == ELOOP ||
      (error == 0 && leads_back(status, at.place.above.get()))) {
    at.found.note(FindingKind::symbolic_link_loop, path,
                  "leads back to itself");
    return false;
  }
  if (error != 0) {
    at.found.note_dangling(path, error);
    return false;
  }
  if (!status.folder()) at.found.note_followed(path);
  return status.folder();
}

void visit_symbolic_link(const OpenPlace& at, FolderEntry entry,
                         VisitedPlace below) {
  ++at.here.other_entries;
  if (!is_to_follow(at, entry, below.path)) return;
  below.through_symbolic_link = true;
  below.is_link = true;
  at.found.symbolic_links.push_back(std::move(below));
}

}  // namespace

void visit_entry(const OpenPlace& at, FolderEntry entry) {
  VisitedPlace below = place_below(at.place, entry.name);
  const EntryType type = entry_type(at.folder, entry);
  const bool is_folder = type == EntryType::folder;
  if (below.in_litter || (is_litter_file(entry.name) && !is_folder))
    return visit_litter(at, entry, type, std::move(below));
  switch (type) {
    case EntryType::folder:
      return at.to_visit.add(std::move(below));
    case EntryType::symbolic_link:
      return visit_symbolic_link(at, entry, std::move(below));
    case EntryType::file:
    case EntryType::other:
      ++at.here.other_entries;
      at.found.note(FindingKind::foreign_entry, below.path,
                    "not written by a registry; it is left alone");
  }
}

}  // namespace dregs
