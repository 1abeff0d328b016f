#include "gc/aside.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/stat.h>
#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "scanner/descriptor.h"
#include "scanner/layout.h"

namespace dregs {
namespace {

constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr mode_t kOwnerOnly = 0700;

// Made as far as missing, from v2's parent on. Invalid with errno set.
Descriptor make_folders(int v2, std::string_view path) {
  Descriptor folder(::openat(v2, "..", kFolder));
  while (folder && !path.empty()) {
    const std::string part(path.substr(0, path.find('/')));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (::mkdirat(folder.get(), part.c_str(), kOwnerOnly) != 0 &&
        errno != EEXIST)
      return Descriptor();
    folder = Descriptor(::openat(folder.get(), part.c_str(), kFolder));
  }
  return folder;
}

}  // namespace

// Files that are moved one after the other often go to the same folder.
class Aside::Folders {
 public:
  int open(int v2, const std::string& path) {
    Slot& slot = slots_.local();
    if (slot.folder && slot.path == path) return slot.folder.get();
    slot.path = path;
    slot.folder = make_folders(v2, path);
    return slot.folder.get();
  }

 private:
  struct Slot {
    std::string path;
    Descriptor folder;
  };
  tbb::enumerable_thread_specific<Slot> slots_;
};

Aside::Aside(int v2, const std::string& folder)
    : v2_(v2),
      folder_(".dregs/" + folder),
      folders_(std::make_unique<Folders>()) {}

Aside::~Aside() = default;

std::string Aside::shown() const { return "../" + folder_; }

// That a file is not there any more must not be said of one that is.
int Aside::take(int from, const std::string& name, const std::string& path) {
  const int to =
      folders_->open(v2_, folder_ + "/" + std::string(layout::parent(path)));
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
