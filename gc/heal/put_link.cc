#include "gc/heal/put_link.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <random>
#include <string>

#include "gc/remove/make_parent.h"
#include "scanner/files/descriptor.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

std::string name_beside(std::string_view name) {
  std::random_device random;
  return fmt::format("{}.{:08x}-{:04x}-4{:03x}-8{:03x}-{:08x}{:04x}.tmp", name,
                     random(), random() & 0xffff, random() & 0xfff,
                     random() & 0xfff, random(), random() & 0xffff);
}

int write_whole(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// Whoever may not give the file away keeps it.
int fill_link(int file, int folder, const Digest& digest) {
  struct stat above {};
  if (::fstat(folder, &above) != 0) return errno;
  static_cast<void>(::fchown(file, above.st_uid, above.st_gid) == 0);
  if (::fchmod(file, above.st_mode & 0666) != 0) return errno;
  if (const int error = write_whole(file, digest.to_string())) return error;
  return ::fsync(file) == 0 ? 0 : errno;
}

}  // namespace

int put_link(int at, std::string_view path, const Digest& digest) {
  const Descriptor folder = make_parent(at, path);
  if (!folder) return errno;
  const std::string name(layout::last_component(path));
  const std::string beside = name_beside(name);
  const Descriptor file(
      ::openat(folder.get(), beside.c_str(),
               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return errno;
  int error = fill_link(file.get(), folder.get(), digest);
  if (error == 0 &&
      ::renameat(folder.get(), beside.c_str(), folder.get(), name.c_str()) != 0)
    error = errno;
  if (error != 0) {
    ::unlinkat(folder.get(), beside.c_str(), 0);
    return error;
  }
  return ::fsync(folder.get()) == 0 ? 0 : errno;
}

}  // namespace dregs
