#include "gc/open_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <memory>
#include <string_view>

#include "scanner/path_below.h"

namespace dregs {
namespace {

struct CloseDirectory {
  void operator()(DIR* folder) const { closedir(folder); }
};

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
                       const std::string& directory) {
  constexpr std::string_view layout = "/docker/registry/v2/";
  const std::size_t found = target.find(layout);
  if (found == std::string_view::npos) return false;
  struct stat opened {};
  if (fstatat(folder, name, &opened, 0) != 0) return false;
  const std::string_view rest = target.substr(found + layout.size());
  return same_file(directory + "/" + std::string(rest), opened);
}

}  // namespace

std::optional<std::string> file_open_for_writing(
    const ProcessView& process, const std::vector<std::string>& directories) {
  const std::unique_ptr<DIR, CloseDirectory> folder(
      opendir(process.file("fd").c_str()));
  if (!folder) return std::nullopt;
  const int fd = dirfd(folder.get());
  std::array<char, PATH_MAX> buffer{};
  while (const dirent* entry = readdir(folder.get())) {
    const char* name = entry->d_name;
    const ssize_t size = readlinkat(fd, name, buffer.data(), buffer.size());
    if (size <= 0) continue;  // "." and "..", or closed meanwhile
    const std::string_view target(buffer.data(),
                                  static_cast<std::size_t>(size));
    if ((is_below(target, directories) ||
         is_ours_elsewhere(fd, name, target, directories.front())) &&
        opened_for_writing(fd, name))
      return std::string(target);
  }
  return std::nullopt;
}

}  // namespace dregs
