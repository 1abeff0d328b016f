#include "gc/remove/aside_folder.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "gc/remove/last_folders.h"
#include "gc/remove/move_file.h"
#include "gc/remove/remover.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

constexpr mode_t kOwnerOnly = 0700;

}  // namespace

Descriptor make_own_folder(int v2, std::string_view path) {
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

int try_to_move_aside(int v2) {
  const Descriptor folder = make_own_folder(v2, ".dregs/trial");
  if (!folder) return errno;
  const int error = try_to_move_in(folder.get());
  remove_trial(v2);
  return error;
}

AsideFolder::AsideFolder(int v2, const std::string& folder)
    : v2_(v2),
      folder_(".dregs/" + folder),
      folders_(std::make_unique<LastFolders>()) {}

AsideFolder::~AsideFolder() = default;

std::string AsideFolder::shown() const { return "../" + folder_; }

// That a file is not there any more must not be said of one that is.
int AsideFolder::take(int from, const std::string& name,
                      const std::string& path) {
  const int to = folders_->at(folder_ + "/" + std::string(layout::parent(path)),
                              [this](const std::string& folder) {
                                return make_own_folder(v2_, folder);
                              });
  const int error = to >= 0 ? move_file(from, name, to, name) : errno;
  FileStatus status;
  return error == ENOENT && file_status(from, name.c_str(), status) == 0
             ? ESTALE
             : error;
}

MovedFile AsideFolder::take(const std::string& path) {
  MovedFile moved{path, "", 0};
  const std::string name(layout::last_component(path));
  const Descriptor from =
      open_folder_beneath(v2_, std::string(layout::parent(path)));
  FileStatus status;
  moved.error = from ? file_status(from.get(), name.c_str(), status) : errno;
  if (moved.error == 0 && !status.regular()) moved.error = EINVAL;
  if (moved.error == 0) moved.error = take(from.get(), name, path);
  if (moved.error == 0) moved.to = shown() + "/" + path;
  return moved;
}

}  // namespace dregs
