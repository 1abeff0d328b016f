#include "scanner/disk/list_beside.h"

#include <algorithm>
#include <cerrno>

#include "scanner/files/listing.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

bool is_gone_or_elsewhere(int error) {
  return error == ENOENT || error == ENOTDIR || error == ELOOP ||
         error == EXDEV;
}

// The signatures of old registries are a folder; what else is called so is
// somebody else's. The scan judged the types of the others.
bool is_known(int folder, FolderEntry entry, Names known,
              std::uint64_t device) {
  if (std::find(known.begin(), known.end(), entry.name) == known.end())
    return false;
  FileStatus status;
  return entry.name != kSignatures ||
         (file_status(folder, entry.c_str(), status) == 0 && status.folder() &&
          status.device == device);
}

bool is_temporary(int folder, FolderEntry entry, std::uint64_t device,
                  FileStatus& status) {
  return layout::is_temporary_name(entry.name) &&
         file_status(folder, entry.c_str(), status) == 0 && status.regular() &&
         status.device == device;
}

TemporaryFile temporary_file(const std::string& path,
                             const FileStatus& status) {
  return {path, status.links > 1 ? 0 : status.size, status.changed_ns,
          status.times()};
}

}  // namespace

bool list_beside(const FolderAbove& above, const std::string& name, Names known,
                 SeenBeside& seen) {
  const Descriptor folder = open_folder_beneath(above.at, name);
  if (!folder) {
    if (!is_gone_or_elsewhere(errno)) seen.cannot_list(above, name, errno);
    return false;
  }
  bool foreign = false;
  bool stays = false;
  const int error = for_each_entry(folder.get(), [&](FolderEntry entry) {
    if (is_known(folder.get(), entry, known, above.device)) return;
    const std::string path =
        above.path + "/" + name + "/" + std::string(entry.name);
    FileStatus status;
    if (is_temporary(folder.get(), entry, above.device, status)) {
      seen.temporary_files.push_back(
          {above.repository, temporary_file(path, status)});
      return;
    }
    stays = true;
    foreign |= seen.note_foreign(entry.name, path, above.repository);
  });
  if (error != 0) seen.cannot_list(above, name, error);
  if (stays) seen.occupied.push_back(above.path + "/" + name);
  return foreign;
}

}  // namespace dregs
