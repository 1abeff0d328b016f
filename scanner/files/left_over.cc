#include "scanner/files/left_over.h"

#include <cerrno>

#include "scanner/files/listing.h"
#include "scanner/formats/layout.h"
#include "scanner/inventory/litter.h"

namespace dregs {

LeftOver look_at_left_over(int at, const std::string& name,
                           std::uint64_t device) {
  LeftOver left;
  const Descriptor folder = open_folder_beneath(at, name);
  if (!folder) {
    left.elsewhere = errno == ELOOP || errno == EXDEV || errno == ENOTDIR;
    left.error = left.elsewhere ? 0 : errno;
    return left;
  }
  FileStatus status;
  left.error = descriptor_status(folder.get(), status);
  left.elsewhere = left.error == 0 && status.device != device;
  if (left.error != 0 || left.elsewhere) return left;
  left.error = for_each_entry(folder.get(), [&](FolderEntry entry) {
    if (is_litter_file(entry.name))
      left.litter.emplace_back(entry.name);
    else if (layout::is_temporary_name(entry.name) &&
             file_status(folder.get(), entry.c_str(), status) == 0 &&
             status.regular() && status.device == device)
      left.temporary_files.emplace_back(entry.name, status);
    else
      left.foreign.emplace_back(entry.name);
  });
  return left;
}

}  // namespace dregs
