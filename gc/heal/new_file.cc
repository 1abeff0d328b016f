#include "gc/heal/new_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace dregs {

int write_all_to(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int finish_as_a_server(int file, int folder) {
  struct stat above {};
  if (::fstat(folder, &above) != 0) return errno;
  static_cast<void>(::fchown(file, above.st_uid, above.st_gid) == 0);
  if (::fchmod(file, above.st_mode & 0666) != 0) return errno;
  return ::fsync(file) == 0 ? 0 : errno;
}

}  // namespace dregs
