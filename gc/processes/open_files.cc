#include "gc/processes/open_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <string_view>

#include "scanner/files/descriptor.h"
#include "scanner/files/listing.h"
#include "scanner/formats/path_below.h"

namespace dregs {
namespace {

constexpr std::string_view kInLayout = "/docker/registry/v2/";

// Calls see(fd folder, name, target) for each file that the process has open,
// until it returns true.
template <class See>
void for_each_open_file(const ProcessView& process, const See& see) {
  const Descriptor folder = open_folder(AT_FDCWD, process.file("fd"));
  if (!folder) return;
  std::array<char, PATH_MAX> buffer{};
  bool found = false;
  for_each_entry(folder.get(), [&](FolderEntry entry) {
    if (found) return;
    const ssize_t size =
        ::readlinkat(folder.get(), entry.c_str(), buffer.data(), buffer.size());
    if (size > 0)  // or it was closed meanwhile
      found =
          see(folder.get(), entry.c_str(),
              std::string_view(buffer.data(), static_cast<std::size_t>(size)));
  });
}

bool same_file(const std::string& path, const struct stat& other) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && status.st_dev == other.st_dev &&
         status.st_ino == other.st_ino;
}

// The link's own permissions say how the file was opened.
bool opened_for_writing(int folder, const char* name) {
  struct stat link {};
  return fstatat(folder, name, &link, AT_SYMLINK_NOFOLLOW) == 0 &&
         (link.st_mode & S_IWUSR) != 0;
}

bool is_below(std::string_view path,
              const std::vector<std::string>& directories) {
  return std::any_of(directories.begin(), directories.end(),
                     [&](const std::string& directory) {
                       return is_at_or_below(path, directory);
                     });
}

// Of a process in another mount namespace the path says little; the file
// below our root that has the same place in the layout must be the same.
bool is_ours_elsewhere(int folder, const char* name, std::string_view target,
                       const std::string& v2) {
  const std::size_t found = target.find(kInLayout);
  if (found == std::string_view::npos) return false;
  struct stat opened {};
  if (fstatat(folder, name, &opened, 0) != 0) return false;
  const std::string_view rest = target.substr(found + kInLayout.size());
  return same_file(v2 + "/" + std::string(rest), opened);
}

}  // namespace

std::optional<std::string> file_open_for_writing(
    const ProcessView& process, const std::vector<std::string>& folders) {
  std::optional<std::string> found;
  for_each_open_file(
      process, [&](int fd, const char* name, std::string_view target) {
        if ((is_below(target, folders) ||
             is_ours_elsewhere(fd, name, target, folders.front())) &&
            opened_for_writing(fd, name))
          found = target;
        return found.has_value();
      });
  return found;
}

std::vector<std::string> roots_of_open_files(const ProcessView& process) {
  std::vector<std::string> roots;
  for_each_open_file(
      process, [&](int fd, const char* name, std::string_view target) {
        const std::size_t end = target.find(kInLayout);
        struct stat opened {};
        if (end == std::string_view::npos || fstatat(fd, name, &opened, 0) != 0)
          return false;
        const ProcPath seen = process.open_path(std::string(target));
        if (seen.error == 0 && same_file(seen.path, opened))
          roots.emplace_back(target.substr(0, end));
        return false;
      });
  return roots;
}

}  // namespace dregs
