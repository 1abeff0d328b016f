#include "gc/remove/make_parent.h"

#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "scanner/formats/layout.h"

namespace dregs {
namespace {

// As the folder that it is made in has it, whatever our umask: a server that
// may not look into it could not even be healed by a push.
int make_folder(int parent, const std::string& name) {
  struct stat like {};
  if (::fstat(parent, &like) != 0) return errno;
  if (::mkdirat(parent, name.c_str(), like.st_mode & 07777) != 0)
    return errno == EEXIST ? 0 : errno;
  const Descriptor made = open_own_folder(parent, name);
  if (!made) return errno;
  // Whoever may not give it away keeps it.
  static_cast<void>(::fchown(made.get(), like.st_uid, like.st_gid) == 0);
  return ::fchmod(made.get(), like.st_mode & 07777) == 0 ? 0 : errno;
}

}  // namespace

Descriptor make_parent(int v2, std::string_view path) {
  const std::string_view parent = layout::parent(path);
  Descriptor folder = open_folder_beneath(v2, std::string(parent));
  if (folder || errno != ENOENT || parent.empty()) return folder;
  const Descriptor above = make_parent(v2, parent);
  if (!above) return Descriptor();
  const std::string name(layout::last_component(parent));
  if (const int error = make_folder(above.get(), name)) {
    errno = error;
    return Descriptor();
  }
  return open_folder_beneath(v2, std::string(parent));
}

}  // namespace dregs
