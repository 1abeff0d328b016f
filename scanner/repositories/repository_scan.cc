#include "scanner/repositories/repository_scan.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "scanner/files/left_over.h"

namespace dregs {

Descriptor open_part(const RepositoryFolder& from, const std::string& below) {
  FileStatus status;
  int error = file_status(from.at, below.c_str(), status);
  if (error == ENOENT) return Descriptor();
  if (error == 0 && status.symbolic_link()) {
    from.report.pin(FindingKind::symbolic_link, below,
                    "the registry follows it; nothing is removed through it");
    error = followed_status(from.at, below.c_str(), status);
  }
  if (error == 0 && !status.folder()) {
    from.report.pin(FindingKind::not_a_folder, below,
                    "a file where the registry needs a folder");
    return Descriptor();
  }
  if (error == 0 && status.device != from.device)
    from.report.pin(FindingKind::other_filesystem, below,
                    "another filesystem is mounted here; nothing is removed");
  Descriptor opened = open_folder(from.at, below);
  if (!opened)
    from.report.obstacle(below, error != 0 ? error : errno);
  else
    from.repository().folders.push_back(below);
  return opened;
}

bool is_left_over(const RepositoryFolder& from, int above,
                  const std::string& name, const std::string& below) {
  const LeftOver left = look_at_left_over(above, name, from.device);
  for (const auto& [file, status] : left.temporary_files)
    report_temporary(fmt::format("{}/{}", below, file), status, from.report);
  for (const std::string& file : left.litter)
    from.report.litter(fmt::format("{}/{}", below, file));
  if (!left.is_own())
    from.report.foreign(below, left.error != 0
                                   ? std::strerror(left.error)
                                   : "has no link, yet holds other files");
  return left.can_go();
}

}  // namespace dregs
