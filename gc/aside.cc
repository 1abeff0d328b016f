#include "gc/aside.h"

#include <linux/fs.h>
#include <stdio.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "gc/last_folders.h"
#include "scanner/layout.h"

namespace dregs {
namespace {

constexpr mode_t kOwnerOnly = 0700;

// Made as far as missing, from v2's parent on. Invalid with errno set.
Descriptor make_folders(int v2, std::string_view path) {
  Descriptor folder = open_own_folder(v2, "..");
  while (folder && !path.empty()) {
    const std::string part(path.substr(0, path.find('/')));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (::mkdirat(folder.get(), part.c_str(), kOwnerOnly) != 0 &&
        errno != EEXIST)
      return Descriptor();
    folder = open_own_folder(folder.get(), part);
  }
  return folder;
}

}  // namespace

Aside::Aside(int v2, const std::string& folder)
    : v2_(v2),
      folder_(".dregs/" + folder),
      folders_(std::make_unique<LastFolders>()) {}

Aside::~Aside() = default;

std::string Aside::shown() const { return "../" + folder_; }

// That a file is not there any more must not be said of one that is.
int Aside::take(int from, const std::string& name, const std::string& path) {
  const int to = folders_->at(
      folder_ + "/" + std::string(layout::parent(path)),
      [this](const std::string& folder) { return make_folders(v2_, folder); });
  if (to >= 0 &&
      ::renameat2(from, name.c_str(), to, name.c_str(), RENAME_NOREPLACE) == 0)
    return 0;
  const int error = errno;
  FileStatus status;
  return error == ENOENT && file_status(from, name.c_str(), status) == 0
             ? ESTALE
             : error;
}

}  // namespace dregs
