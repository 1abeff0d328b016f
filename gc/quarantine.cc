#include "gc/quarantine.h"

#include <linux/fs.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "scanner/layout.h"

namespace dregs {
namespace {

constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr mode_t kOwnerOnly = 0700;

bool is_empty_file(int v2, const std::string& path) {
  FileStatus status;
  return file_status(v2, path.c_str(), status) == 0 && status.regular() &&
         status.size == 0;
}

bool is_worth_it(const Finding& finding, int v2) {
  switch (finding.kind) {
    case FindingKind::corrupt_manifest:
    case FindingKind::corrupt_blob:
    case FindingKind::empty_blob:
      return true;
    case FindingKind::bad_layer_link:
      return is_empty_file(v2, finding.path);
    default:
      return false;
  }
}

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// 0 where a regular file went from one folder to the other.
int move(int from, const char* name, int to) {
  FileStatus status;
  if (const int error = file_status(from, name, status)) return error;
  if (!status.regular()) return EINVAL;
  if (::renameat2(from, name, to, name, RENAME_NOREPLACE) != 0) return errno;
  return ::fsync(to) == 0 && ::fsync(from) == 0 ? 0 : errno;
}

}  // namespace

std::vector<std::string> worth_quarantine(const std::vector<Finding>& findings,
                                          int v2) {
  std::vector<std::string> paths;
  for (const Finding& finding : findings)
    if (is_worth_it(finding, v2)) paths.push_back(finding.path);
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

Quarantine::Quarantine(int v2, std::string run)
    : v2_(v2), folder_(".dregs/quarantine/" + std::move(run)) {}

// Each folder is on the disk before a file goes into one below it.
Descriptor Quarantine::make_folders(const std::string& path) const {
  Descriptor folder(::openat(v2_, "..", kFolder));
  for (std::string_view rest = path; folder && !rest.empty();) {
    const std::string part(rest.substr(0, rest.find('/')));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    if (::mkdirat(folder.get(), part.c_str(), kOwnerOnly) == 0) {
      if (::fsync(folder.get()) != 0) return Descriptor();
    } else if (errno != EEXIST) {
      return Descriptor();
    }
    folder = Descriptor(::openat(folder.get(), part.c_str(), kFolder));
  }
  return folder;
}

MovedFile Quarantine::take(const std::string& path) const {
  MovedFile moved{path, "", 0};
  const std::string parent(layout::parent(path));
  const std::string name(last_part(path));
  const Descriptor from = open_folder_beneath(v2_, parent);
  if (!from) {
    moved.error = errno;
    return moved;
  }
  const Descriptor to = make_folders(folder_ + "/" + parent);
  moved.error = to ? move(from.get(), name.c_str(), to.get()) : errno;
  if (moved.error == 0) moved.to = "../" + folder_ + "/" + path;
  return moved;
}

}  // namespace dregs
