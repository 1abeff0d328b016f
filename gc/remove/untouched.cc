#include "gc/remove/untouched.h"

#include <algorithm>

#include "scanner/files/clock.h"
#include "scanner/files/listing.h"
#include "scanner/inventory/litter.h"

namespace dregs {
namespace {

// Whoever writes to it now gives it the time of now.
bool is_noted(const FileStatus& seen, std::int64_t scanned_ns) {
  return seen.changed_ns > now_ns() && seen.changed_ns <= scanned_ns;
}

}  // namespace

bool Untouched::link(int folder, const std::string& name,
                     const FileStatus& seen) {
  return seen.changed_ns < inventory_.started_ns ||
         own_.left_so(folder, name.c_str());
}

bool Untouched::blob(int folder, const Digest& digest, const FileStatus& seen) {
  const auto id = inventory_.blobs.find(digest);
  return id && seen.regular() && seen.inode == inventory_.blobs[*id].inode &&
         (seen.changed_ns == inventory_.blobs[*id].changed_ns ||
          own_.left_so(folder, "data"));
}

bool Untouched::temporary(int folder, const std::string& name,
                          const FileStatus& seen, const Removal& removal) {
  return link(folder, name, seen) || is_noted(seen, scanned_ns(removal));
}

// Its first file may go long after the scan, and appending makes no entry.
bool Untouched::upload(int parent, const Removal& removal) {
  return tree(parent, removal.name.text(), 3, scanned_ns(removal));
}

bool Untouched::tree(int parent, const std::string& name, int depth,
                     std::int64_t scanned_ns) {
  const Descriptor folder = open_folder_beneath(parent, name);
  if (!folder) return true;
  bool untouched = true;
  for_each_entry(folder.get(), [&](FolderEntry entry) {
    FileStatus status;
    // Litter stays, and says nothing about the push.
    if (!untouched ||
        (is_litter_file(entry.name) && !is_open_on_nfs(entry.name)) ||
        file_status(folder.get(), entry.c_str(), status) != 0)
      return;
    const std::string inside(entry.name);
    if (!status.folder())
      untouched =
          link(folder.get(), inside, status) || is_noted(status, scanned_ns);
    else if (depth > 1)
      untouched = tree(folder.get(), inside, depth - 1, scanned_ns);
  });
  return untouched;
}

std::int64_t Untouched::scanned_ns(const Removal& removal) const {
  const std::string name = removal.name.text();
  const auto newest = [](const auto& all, const auto& is_it) -> std::int64_t {
    const auto at = std::find_if(all.begin(), all.end(), is_it);
    return at == all.end() ? 0 : at->changed_ns;
  };
  const auto is_file = [&](const TemporaryFile& f) { return f.path == name; };
  if (removal.repository == kNoRepository)
    return newest(inventory_.temporary_files, is_file);
  const Repository& repository = inventory_.repositories[removal.repository];
  return removal.kind == RemovalKind::upload
             ? newest(repository.uploads,
                      [&](const Upload& u) { return u.id == name; })
             : newest(repository.temporary_files, is_file);
}

}  // namespace dregs
