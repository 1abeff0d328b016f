#include "gc/remover.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "gc/last_folders.h"
#include "scanner/entry_type.h"
#include "scanner/layout.h"

namespace dregs {
namespace {

using OutcomeState = RemovalOutcome::State;

RemovalOutcome outcome_of(int error) {
  if (error == 0) return {};
  if (error == ENOENT) return {OutcomeState::already_gone, 0, {}};
  if (error == ELOOP || error == ENOTDIR || error == EXDEV)
    return {OutcomeState::changed, error,
            "a symbolic link or mount has appeared"};
  return {OutcomeState::failed, error, {}};
}

RemovalOutcome left(std::string_view name) {
  return {OutcomeState::skipped, 0,
          "holds " + std::string(name) + ", which is left alone"};
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

// An open folder, and its path relative to v2.
struct Place {
  int folder = -1;
  std::string path;
};

std::string path_in(const Place& place, const std::string& name) {
  return place.path + "/" + name;
}

// Where files go: nowhere, or into the trash.
class Disposal {
 public:
  explicit Disposal(Aside* trash) : trash_(trash) {}
  int file(const Place& at, const std::string& name) const {
    return trash_ == nullptr ? unlink_file(at.folder, name)
                             : trash_->take(at.folder, name, path_in(at, name));
  }

 private:
  Aside* trash_;
};

int remove_folder(int parent, const std::string& name) {
  return ::unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0 ? 0 : errno;
}

// Removes a folder whose file is gone. Old temporary files go with it; what
// else is left keeps the folder, but is no failure: what was to go is gone.
RemovalOutcome close_folder(int parent, const Place& place,
                            const std::string& name,
                            std::int64_t newest_temporary_ns,
                            const Disposal& disposal) {
  const int error = remove_folder(parent, name);
  if (error == 0) return {};
  if (error != ENOTEMPTY && error != EEXIST) return outcome_of(error);
  for (const std::string& entry : names_in(place.folder)) {
    FileStatus status;
    if (!layout::is_temporary_name(entry) ||
        file_status(place.folder, entry.c_str(), status) != 0 ||
        !status.regular() || status.changed_ns > newest_temporary_ns)
      return {OutcomeState::removed, 0, left(entry).detail};
    if (const int failed = disposal.file(place, entry))
      return outcome_of(failed);
  }
  return outcome_of(remove_folder(parent, name));
}

// A tree of known shape and depth: regular files at the leaves, folders
// above; where `links`, no files but those. Stops at the first thing that is
// none of these.
RemovalOutcome remove_tree(const Place& parent, const std::string& name,
                           int depth, bool links, const Disposal& disposal) {
  const Descriptor folder = open_folder_beneath(parent.folder, name);
  if (!folder) return outcome_of(errno);
  const Place place{folder.get(), path_in(parent, name)};
  for (const std::string& entry : names_in(folder.get())) {
    FileStatus status;
    if (const int error = file_status(folder.get(), entry.c_str(), status))
      return outcome_of(error);
    RemovalOutcome outcome;
    if (status.folder() && depth > 1)
      outcome = remove_tree(place, entry, depth - 1, links, disposal);
    else if (status.regular() &&
             (!links || entry == "link" || layout::is_temporary_name(entry)))
      outcome = outcome_of(disposal.file(place, entry));
    else
      return left(entry);
    if (outcome.state != OutcomeState::removed &&
        outcome.state != OutcomeState::already_gone)
      return outcome;
  }
  return outcome_of(remove_folder(parent.folder, name));
}

// signatures/<alg>/<hex>/link, of registries before 2.5. They are off the disk
// before the revision's link goes: without it nobody would know them.
RemovalOutcome remove_signatures(const Place& revision,
                                 const Disposal& disposal) {
  RemovalOutcome outcome =
      remove_tree(revision, "signatures", 3, true, disposal);
  if (outcome.state == OutcomeState::already_gone) return {};
  if (outcome.state == OutcomeState::removed && ::fsync(revision.folder) != 0)
    return {OutcomeState::failed, errno, {}};
  return outcome;
}

}  // namespace

DiskRemover::DiskRemover(int v2, const Inventory& inventory,
                         std::int64_t newest_temporary_ns, Aside* trash)
    : inventory_(inventory),
      newest_temporary_ns_(newest_temporary_ns),
      trash_(trash),
      parts_(v2, inventory.parts),
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
      return remove_blob(parent, removal, path);
    case RemovalKind::tag_history:
    case RemovalKind::revision:
    case RemovalKind::layer_link:
      return remove_link(parent, path, removal.kind);
    case RemovalKind::tag:
      return remove_tag(parent, path);
    case RemovalKind::upload:
      return remove_upload(parent, path);
    case RemovalKind::temporary:
      return remove_temporary(parent, path);
    case RemovalKind::folder: {
      const int error =
          remove_folder(parent, std::string(layout::last_component(path)));
      if (error == ENOTEMPTY || error == EEXIST) return left("entries");
      return outcome_of(error);
    }
  }
  return {OutcomeState::skipped, 0, "of an unknown kind"};
}

bool DiskRemover::is_untouched(int folder, std::string_view path,
                               const char* name,
                               RemovalOutcome& outcome) const {
  FileStatus status;
  if (const int error = file_status(folder, name, status)) {
    outcome = outcome_of(error);
    return false;
  }
  if (!status.regular() || status.device != parts_.device_of(path)) {
    outcome = {OutcomeState::changed, 0, "no longer a regular file"};
    return false;
  }
  if (status.changed_ns < inventory_.started_ns) return true;
  outcome = status.changed_ns > now_ns()
                ? RemovalOutcome{OutcomeState::skipped, 0,
                                 "its time is in the future"}
                : RemovalOutcome{OutcomeState::changed, 0, "written just now"};
  return false;
}

RemovalOutcome DiskRemover::remove_blob(int parent, const Removal& removal,
                                        const std::string& path) const {
  const std::string name = removal.digest.hex();
  const Descriptor folder = open_folder_beneath(parent, name);
  if (!folder) return outcome_of(errno);
  const Place place{folder.get(), path};
  const Disposal disposal(trash_);
  FileStatus status;
  const int error = file_status(folder.get(), "data", status);
  if (error != 0 && error != ENOENT) return outcome_of(error);
  if (error == 0) {
    const auto id = inventory_.blobs.find(removal.digest);
    const bool same = id && status.regular() &&
                      status.device == parts_.device_of(path) &&
                      status.inode == inventory_.blobs[*id].inode &&
                      status.changed_ns == inventory_.blobs[*id].changed_ns;
    if (!same)
      return {OutcomeState::changed, 0, "not the file that was scanned"};
    if (const int failed = disposal.file(place, "data"))
      return outcome_of(failed);
  }
  return close_folder(parent, place, name, newest_temporary_ns_, disposal);
}

// The link goes last but one: a removal cut short leaves either a sound link
// or an empty folder.
RemovalOutcome DiskRemover::remove_link(int parent, const std::string& path,
                                        RemovalKind kind) const {
  const std::string name(layout::last_component(path));
  const Descriptor folder = open_folder_beneath(parent, name);
  if (!folder) return outcome_of(errno);
  const Place place{folder.get(), path};
  const Disposal disposal(trash_);
  RemovalOutcome outcome;
  if (!is_untouched(folder.get(), path, "link", outcome) &&
      outcome.state != OutcomeState::already_gone)
    return outcome;
  if (kind == RemovalKind::revision) {
    outcome = remove_signatures(place, disposal);
    if (outcome.state != OutcomeState::removed) return outcome;
  }
  const int error = disposal.file(place, "link");
  if (error != 0 && error != ENOENT) return outcome_of(error);
  return close_folder(parent, place, name, newest_temporary_ns_, disposal);
}

RemovalOutcome DiskRemover::remove_upload(int parent,
                                          const std::string& path) const {
  return remove_tree({parent, std::string(layout::parent(path))},
                     std::string(layout::last_component(path)), 3, false,
                     Disposal(trash_));
}

// The history goes first: a removal cut short leaves either a tag, to be named
// and removed again, or an empty folder.
RemovalOutcome DiskRemover::remove_tag(int parent,
                                       const std::string& path) const {
  const std::string name(layout::last_component(path));
  const Descriptor folder = open_folder_beneath(parent, name);
  if (!folder) return outcome_of(errno);
  const Place place{folder.get(), path};
  const Disposal disposal(trash_);
  const Descriptor current = open_folder_beneath(folder.get(), "current");
  // What this run cannot open a server may, and serve the tag.
  if (const int error = current ? 0 : errno;
      error != 0 && error != ENOENT && !holds_nothing(folder.get(), "current"))
    return outcome_of(error);
  RemovalOutcome outcome;
  if (current && !is_untouched(current.get(), path, "link", outcome) &&
      outcome.state != OutcomeState::already_gone)
    return outcome;
  // index/<alg>/<hex>/link is the deepest.
  outcome = remove_tree(place, "index", 3, true, disposal);
  if (outcome.state != OutcomeState::removed &&
      outcome.state != OutcomeState::already_gone)
    return outcome;
  if (current) {
    const Place inside{current.get(), path_in(place, "current")};
    const int error = disposal.file(inside, "link");
    if (error != 0 && error != ENOENT) return outcome_of(error);
    outcome = close_folder(folder.get(), inside, "current",
                           newest_temporary_ns_, disposal);
    if (outcome.state == OutcomeState::failed ||
        outcome.state == OutcomeState::changed)
      return outcome;
  }
  return close_folder(parent, place, name, newest_temporary_ns_, disposal);
}

RemovalOutcome DiskRemover::remove_temporary(int parent,
                                             const std::string& path) const {
  const std::string name(layout::last_component(path));
  RemovalOutcome outcome;
  if (!layout::is_temporary_name(name)) return left(name);
  if (!is_untouched(parent, path, name.c_str(), outcome)) return outcome;
  return outcome_of(
      Disposal(trash_).file({parent, std::string(layout::parent(path))}, name));
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

}  // namespace

int remove_from_trash(int trash, const std::string& run) {
  return empty_folder(trash, run, kDeepestTrash);
}

namespace {

void remove_own(int v2, const std::string& name) {
  const Descriptor above = open_own_folder(v2, "..");
  const Descriptor own =
      above ? open_own_folder(above.get(), ".dregs") : Descriptor();
  if (!own) return;
  static_cast<void>(empty_folder(own.get(), name, kDeepestTrash));
  static_cast<void>(remove_folder(above.get(), ".dregs"));
}

}  // namespace

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
