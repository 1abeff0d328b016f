#include "gc/remove/remover.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "gc/remove/disk_entries.h"
#include "gc/remove/last_folders.h"
#include "scanner/files/clock.h"
#include "scanner/files/entry_type.h"
#include "scanner/formats/layout.h"
#include "scanner/inventory/litter.h"

namespace dregs {
namespace {

using OutcomeState = RemovalOutcome::State;

bool is_gone(const RemovalOutcome& outcome) {
  return outcome.state == OutcomeState::removed ||
         outcome.state == OutcomeState::already_gone;
}

std::vector<std::string> names_in(int folder) {
  std::vector<std::string> names;
  for_each_entry(folder,
                 [&](FolderEntry entry) { names.emplace_back(entry.name); });
  std::sort(names.begin(), names.end());
  return names;
}

// Neither a folder nor a symbolic link, which may lead to one.
bool holds_nothing(int parent, const char* name) {
  FileStatus status;
  return file_status(parent, name, status) == 0 && !status.folder() &&
         !status.symbolic_link();
}

int unlink_file(int folder, const std::string& name) {
  return ::unlinkat(folder, name.c_str(), 0) == 0 ? 0 : errno;
}

std::string path_in(const Place& place, const std::string& name) {
  return place.path + "/" + name;
}

RemovalOutcome written_meanwhile(std::string_view name) {
  return {OutcomeState::changed, 0,
          std::string(name) + " was written just now"};
}

// Which of a folder's trees must not be found again: none where litter or
// something foreign stays in it.
const char* gone_or(const Place& at, const char* name, const char* none) {
  FileStatus status;
  return file_status(at.folder, name, status) == ENOENT ? name : none;
}

int remove_folder(int parent, const std::string& name) {
  return ::unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0 ? 0 : errno;
}

}  // namespace

// Looks at it right before it goes, however long its folder was looked at.
RemovalOutcome DiskEntries::remove_link_file(const Place& at,
                                             const char* name) {
  FileStatus status;
  const RemovalOutcome outcome = look_at_link(at, name, status);
  return outcome.state == OutcomeState::removed ? remove_file(at, name, status)
                                                : outcome;
}

RemovalOutcome DiskEntries::look_at_link(const Place& at, const char* name,
                                         FileStatus& status) {
  if (const int error = file_status(at.folder, name, status))
    return outcome_of(error);
  if (!is_own_file(status, at.path))
    return {OutcomeState::changed, 0, "no longer a regular file"};
  return untouched_.link(at.folder, name, status) ? RemovalOutcome()
                                                  : written_meanwhile(name);
}

bool DiskEntries::is_own_file(const FileStatus& status,
                              std::string_view path) const {
  return status.regular() && status.device == parts_.device_of(path);
}

RemovalOutcome DiskEntries::remove_file(const Place& at,
                                        const std::string& name,
                                        const FileStatus& seen) {
  return outcome_of(untouched_.own().take(at.folder, name, seen, [&] {
    return trash_ == nullptr ? unlink_file(at.folder, name)
                             : trash_->take(at.folder, name, path_in(at, name));
  }));
}

// Removes a folder in which nothing is called `gone` any more: what is was made
// anew. What else is left keeps the folder, but is no failure, for what was to
// go is gone.
RemovalOutcome DiskEntries::close_folder(
    int parent, const Place& place, const std::string& name,
    std::initializer_list<std::string_view> gone) {
  const int error = remove_folder(parent, name);
  if (error == 0) return {};
  if (error != ENOTEMPTY && error != EEXIST) return outcome_of(error);
  const std::vector<std::string> names = names_in(place.folder);
  for (const std::string_view anew : gone)
    if (std::binary_search(names.begin(), names.end(), anew))
      return written_meanwhile(anew);
  bool litter = false;  // the scan has reported it
  for (const std::string& entry : names) {
    litter = litter || is_litter_file(entry);
    if (is_litter_file(entry)) continue;
    RemovalOutcome outcome = remove_leftover(place, entry);
    if (outcome.state == OutcomeState::skipped) return left_alone(entry);
    if (!is_gone(outcome)) return outcome;
  }
  return litter ? RemovalOutcome() : outcome_of(remove_folder(parent, name));
}

// An old temporary file; anything else stays.
RemovalOutcome DiskEntries::remove_leftover(const Place& at,
                                            const std::string& name) {
  FileStatus status;
  if (!layout::is_temporary_name(name) ||
      file_status(at.folder, name.c_str(), status) != 0 || !status.regular() ||
      status.changed_ns > newest_temporary_ns_ || status.changed_ns > now_ns())
    return left(name);
  return untouched_.link(at.folder, name, status)
             ? remove_file(at, name, status)
             : written_meanwhile(name);
}

// What stays by itself keeps its folder, but is no failure: all that was to go
// is gone.
RemovalOutcome DiskEntries::remove_tree(const Place& parent,
                                        const std::string& name,
                                        const TreeShape& shape) {
  StayedEntries stayed;
  RemovalOutcome outcome = remove_tree(parent, name, shape, stayed);
  if (outcome.state == OutcomeState::removed) outcome.detail = stayed.detail;
  return outcome;
}

RemovalOutcome DiskEntries::remove_tree(const Place& parent,
                                        const std::string& name,
                                        const TreeShape& shape,
                                        StayedEntries& stayed) {
  const Descriptor folder = open_folder_beneath(parent.folder, name);
  if (!folder) return outcome_of(errno);
  const Place place{folder.get(), path_in(parent, name)};
  const std::uint64_t before = stayed.count;
  for (const std::string& entry : names_in(folder.get())) {
    RemovalOutcome outcome = remove_tree_entry(place, entry, shape, stayed);
    if (!is_gone(outcome)) return outcome;
  }
  return stayed.count == before ? outcome_of(remove_folder(parent.folder, name))
                                : RemovalOutcome();
}

RemovalOutcome DiskEntries::remove_tree_entry(const Place& place,
                                              const std::string& entry,
                                              const TreeShape& shape,
                                              StayedEntries& stayed) {
  FileStatus status;
  if (const int error = file_status(place.folder, entry.c_str(), status))
    return outcome_of(error);
  if (is_litter_file(entry)) {
    ++stayed.count;  // the scan has reported it
    return {};
  }
  if (status.folder() && shape.depth > 1) {
    RemovalOutcome outcome = remove_tree(
        place, entry, {shape.depth - 1, shape.links, shape.foreign_stays_alone},
        stayed);
    if (outcome.error != EXDEV || !shape.foreign_stays_alone) return outcome;
  } else if (status.regular() && (!shape.links || entry == "link" ||
                                  layout::is_temporary_name(entry))) {
    return remove_file(place, entry, status);
  }
  if (!shape.foreign_stays_alone) return left(entry);
  ++stayed.count;
  if (stayed.detail.empty()) stayed.detail = left(entry).detail;
  return {};
}

namespace {

// signatures/<alg>/<hex>/link, of registries before 2.5. They are off the disk
// before the revision's link goes: without it nobody would know them. What is
// called so and is not a folder of the revision's own stays, as any other
// foreign entry beside the link.
RemovalOutcome remove_signatures(DiskEntries& entries, const Place& revision) {
  const Descriptor own = open_folder_beneath(revision.folder, "signatures");
  if (!own && (errno == ELOOP || errno == ENOTDIR || errno == EXDEV)) return {};
  RemovalOutcome outcome =
      entries.remove_tree(revision, "signatures", {3, true, true});
  if (outcome.state == OutcomeState::already_gone) return {};
  if (outcome.state == OutcomeState::removed && ::fsync(revision.folder) != 0)
    return {OutcomeState::failed, errno, {}};
  return outcome;
}

RemovalOutcome remove_blob(DiskEntries& entries, int parent,
                           const Removal& removal, const std::string& path) {
  const std::string name = removal.digest.hex();
  const Descriptor folder = open_folder_beneath(parent, name);
  if (!folder) return outcome_of(errno);
  const Place place{folder.get(), path};
  FileStatus status;
  const int error = file_status(folder.get(), "data", status);
  if (error != 0 && error != ENOENT) return outcome_of(error);
  if (error == 0) {
    if (!entries.is_own_file(status, path) ||
        !entries.untouched().blob(folder.get(), removal.digest, status))
      return {OutcomeState::changed, 0, "not the file that was scanned"};
    RemovalOutcome outcome = entries.remove_file(place, "data", status);
    if (!is_gone(outcome)) return outcome;
  }
  return entries.close_folder(parent, place, name, {"data"});
}

// The link goes last but one: a removal cut short leaves either a sound link
// or an empty folder.
RemovalOutcome remove_link(DiskEntries& entries, int parent,
                           const std::string& path) {
  const std::string name(layout::last_component(path));
  const Descriptor folder = open_folder_beneath(parent, name);
  if (!folder) return outcome_of(errno);
  const Place place{folder.get(), path};
  const RemovalOutcome outcome = entries.remove_link_file(place, "link");
  return is_gone(outcome) ? entries.close_folder(parent, place, name, {"link"})
                          : outcome;
}

RemovalOutcome remove_revision(DiskEntries& entries, int parent,
                               const std::string& path) {
  const std::string name(layout::last_component(path));
  const Descriptor folder = open_folder_beneath(parent, name);
  if (!folder) return outcome_of(errno);
  const Place place{folder.get(), path};
  FileStatus status;
  RemovalOutcome outcome = entries.look_at_link(place, "link", status);
  if (is_gone(outcome)) outcome = remove_signatures(entries, place);
  const char* also = gone_or(place, "signatures", "link");
  if (is_gone(outcome)) outcome = entries.remove_link_file(place, "link");
  return is_gone(outcome)
             ? entries.close_folder(parent, place, name, {"link", also})
             : outcome;
}

RemovalOutcome remove_upload(DiskEntries& entries, int parent,
                             const Removal& removal, const std::string& path) {
  if (!entries.untouched().upload(parent, removal))
    return {OutcomeState::changed, 0, "somebody goes on with this upload"};
  return entries.remove_tree({parent, std::string(layout::parent(path))},
                             std::string(layout::last_component(path)),
                             {3, false, false});
}

// The history goes first: a removal cut short leaves either a tag, to be named
// and removed again, or an empty folder.
RemovalOutcome remove_tag(DiskEntries& entries, int parent,
                          const std::string& path) {
  const std::string name(layout::last_component(path));
  const Descriptor folder = open_folder_beneath(parent, name);
  if (!folder) return outcome_of(errno);
  const Place place{folder.get(), path};
  const Descriptor current = open_folder_beneath(folder.get(), "current");
  // What this run cannot open a server may, and serve the tag.
  if (const int error = current ? 0 : errno;
      error != 0 && error != ENOENT && !holds_nothing(folder.get(), "current"))
    return outcome_of(error);
  const Place inside{current.get(), path_in(place, "current")};
  FileStatus status;
  RemovalOutcome outcome;
  if (current) outcome = entries.look_at_link(inside, "link", status);
  // index/<alg>/<hex>/link is the deepest.
  if (is_gone(outcome))
    outcome = entries.remove_tree(place, "index", {3, true, false});
  const char* index = gone_or(place, "index", ".");
  if (is_gone(outcome) && current) {
    outcome = entries.remove_link_file(inside, "link");
    if (is_gone(outcome))
      outcome = entries.close_folder(folder.get(), inside, "current", {"link"});
  }
  return is_gone(outcome) ? entries.close_folder(parent, place, name, {index})
                          : outcome;
}

RemovalOutcome remove_temporary(DiskEntries& entries, int parent,
                                const Removal& removal,
                                const std::string& path) {
  const std::string name(layout::last_component(path));
  if (!layout::is_temporary_name(name)) return left(name);
  FileStatus status;
  if (const int error = file_status(parent, name.c_str(), status))
    return outcome_of(error);
  if (!entries.is_own_file(status, path))
    return {OutcomeState::changed, 0, "no longer a regular file"};
  if (!entries.untouched().temporary(parent, name, status, removal))
    return written_meanwhile(name);
  return entries.remove_file({parent, std::string(layout::parent(path))}, name,
                             status);
}

}  // namespace

DiskRemover::DiskRemover(int v2, const Inventory& inventory,
                         std::int64_t newest_temporary_ns, AsideFolder* trash)
    : inventory_(inventory),
      parts_(v2, inventory.parts),
      entries_(std::make_unique<DiskEntries>(parts_, inventory,
                                             newest_temporary_ns, trash)),
      parents_(std::make_unique<LastFolders>()) {}

DiskRemover::~DiskRemover() = default;

int DiskRemover::sync() { return parts_.sync(); }

RemovalOutcome DiskRemover::remove(const Removal& removal) {
  const std::string path = path_of(removal, inventory_);
  const int parent = parents_->at(
      layout::parent(path),
      [this](const std::string& folder) { return parts_.open(folder); });
  if (parent < 0) return outcome_of(errno);
  switch (removal.kind) {
    case RemovalKind::blob:
      return remove_blob(*entries_, parent, removal, path);
    case RemovalKind::revision:
      return remove_revision(*entries_, parent, path);
    case RemovalKind::tag_history:
    case RemovalKind::layer_link:
      return remove_link(*entries_, parent, path);
    case RemovalKind::tag:
      return remove_tag(*entries_, parent, path);
    case RemovalKind::upload:
      return remove_upload(*entries_, parent, removal, path);
    case RemovalKind::temporary:
      return remove_temporary(*entries_, parent, removal, path);
    case RemovalKind::folder: {
      const int error =
          remove_folder(parent, std::string(layout::last_component(path)));
      if (error == ENOTEMPTY || error == EEXIST) return left("entries");
      return outcome_of(error);
    }
  }
  return {OutcomeState::skipped, 0, "of an unknown kind"};
}

namespace {

// Of dregs's own folders. Where somebody mounted something into one, it stays:
// what is there was never moved aside.
int empty_folder(int parent, const std::string& name, int depth) {
  const Descriptor folder = open_folder_beneath(parent, name);
  if (!folder) return errno;
  if (depth == 0) return ELOOP;
  for (const std::string& entry : names_in(folder.get())) {
    FileStatus status;
    int error = file_status(folder.get(), entry.c_str(), status);
    if (error == 0)
      error = status.folder() ? empty_folder(folder.get(), entry, depth - 1)
                              : unlink_file(folder.get(), entry);
    if (error != 0) return error;
  }
  return remove_folder(parent, name);
}

void remove_own(int v2, const std::string& name) {
  const Descriptor above = open_own_folder(v2, "..");
  const Descriptor own =
      above ? open_own_folder(above.get(), ".dregs") : Descriptor();
  if (!own) return;
  static_cast<void>(empty_folder(own.get(), name, kDeepestTrash));
  static_cast<void>(remove_folder(above.get(), ".dregs"));
}

}  // namespace

int remove_from_trash(int trash, const std::string& run) {
  return empty_folder(trash, run, kDeepestTrash);
}

void remove_staged(int v2) { remove_own(v2, "repair"); }

void remove_trial(int v2) { remove_own(v2, "trial"); }

void remove_empty_folders(int parent, const std::string& name, int depth) {
  {
    const Descriptor folder = open_folder_beneath(parent, name);
    if (!folder || depth == 0) return;
    for (const std::string& entry : names_in(folder.get()))
      remove_empty_folders(folder.get(), entry, depth - 1);
  }
  static_cast<void>(remove_folder(parent, name));
}

}  // namespace dregs
