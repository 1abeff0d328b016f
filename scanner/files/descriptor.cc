#include "scanner/files/descriptor.h"

#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <limits>
#include <string_view>

namespace dregs {
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK;
constexpr int kFileFlags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;

// The longest part of a path that one system call takes, cut at a slash.
std::string_view leading_part(std::string_view path) {
  if (path.size() < PATH_MAX) return path;
  const std::size_t slash = path.rfind('/', PATH_MAX - 2);
  return slash == std::string_view::npos ? path : path.substr(0, slash);
}

std::string_view without_leading(std::string_view path, std::size_t count) {
  path.remove_prefix(count);
  while (path.starts_with('/')) path.remove_prefix(1);
  return path;
}

template <class Cut>
Descriptor open_in_steps(int at, std::string_view path, int flags, Cut cut) {
  Descriptor reached;
  while (!path.empty()) {
    const std::string part(cut(path));
    const int from = reached ? reached.get() : at;
    Descriptor next(::openat(from, part.c_str(), flags));
    if (!next) return next;
    reached = std::move(next);
    path = without_leading(path, part.size());
  }
  return reached;
}

bool same_device(int a, int b) {
  FileStatus first;
  FileStatus second;
  return descriptor_status(a, first) == 0 &&
         descriptor_status(b, second) == 0 && first.device == second.device;
}

// For kernels and sandboxes without openat2: one component at a time.
Descriptor walk_beneath(int at, const std::string& path) {
  if (path.find("..") != std::string::npos) {
    for (std::string_view rest = path; !rest.empty();) {
      const std::string_view part = rest.substr(0, rest.find('/'));
      if (part == "..") {
        errno = EXDEV;
        return Descriptor();
      }
      rest = without_leading(rest, part.size());
    }
  }
  Descriptor folder = open_in_steps(
      at, path, kFolderFlags | O_NOFOLLOW,
      [](std::string_view rest) { return rest.substr(0, rest.find('/')); });
  if (folder && !same_device(at, folder.get())) {
    errno = EXDEV;
    return Descriptor();
  }
  return folder;
}

// Where no symbolic link is followed, only ".." leads out, and no name that was
// listed is one: what deletes is held to the tree by the kernel all the same.
constexpr unsigned kOwn =
    RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;

Descriptor open_resolved(int at, const char* path, int flags,
                         unsigned resolve) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags);
  how.resolve = resolve;
  return Descriptor(
      static_cast<int>(::syscall(SYS_openat2, at, path, &how, sizeof how)));
}

bool kernel_cannot(int error) {
  return error == ENOSYS || error == EPERM || error == E2BIG ||
         error == ENAMETOOLONG || error == EAGAIN;
}

Descriptor reopen(int at) {
  return Descriptor(::openat(at, ".", kFolderFlags));
}

std::int64_t nanoseconds(const statx_timestamp& time) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  using Limits = std::numeric_limits<std::int64_t>;
  // A filesystem can name times that nanoseconds in 64 bits cannot. A time that
  // is too late must not come out as an early one: then its file would be old.
  if (time.tv_sec >= Limits::max() / kSecond) return Limits::max();
  if (time.tv_sec <= Limits::min() / kSecond) return Limits::min();
  return time.tv_sec * kSecond + time.tv_nsec;
}

int statx_status(int at, const char* path, int flags, FileStatus& status) {
  struct statx raw {};
  constexpr unsigned kWanted = STATX_BASIC_STATS | STATX_MNT_ID;
  if (::statx(at, path, flags | AT_NO_AUTOMOUNT, kWanted, &raw) != 0)
    return errno;
  status.inode = raw.stx_ino;
  // Device numbers have no more than 32 bits.
  status.device = ::makedev(raw.stx_dev_major, raw.stx_dev_minor);
  if ((raw.stx_mask & STATX_MNT_ID) != 0) status.device ^= raw.stx_mnt_id << 32;
  status.size = raw.stx_size;
  status.disk_bytes = raw.stx_blocks * 512;
  status.modified_ns = nanoseconds(raw.stx_mtime);
  status.ctime_ns = nanoseconds(raw.stx_ctime);
  status.changed_ns = status.times().newest();
  status.links = raw.stx_nlink;
  status.mode = raw.stx_mode;
  return 0;
}

}  // namespace

Descriptor open_folder(int at, const std::string& path) {
  if (path.empty()) return reopen(at);
  return open_in_steps(at, path, kFolderFlags, leading_part);
}

Descriptor open_folder_beneath(int at, const std::string& path) {
  if (path.empty()) return reopen(at);
  Descriptor folder =
      open_resolved(at, path.c_str(), kFolderFlags, kOwn | RESOLVE_BENEATH);
  return folder || !kernel_cannot(errno) ? std::move(folder)
                                         : walk_beneath(at, path);
}

Descriptor open_own_folder(int parent, const std::string& name) {
  return Descriptor(::openat(parent, name.c_str(),
                             O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

Descriptor open_followed(int at, const char* path) {
  return Descriptor(::openat(at, path, kFileFlags));
}

Descriptor open_file_beneath(int at, const char* path) {
  constexpr int kOwnFileFlags = kFileFlags | O_NOFOLLOW;
  Descriptor file = open_resolved(at, path, kOwnFileFlags, kOwn);
  if (file || !kernel_cannot(errno)) return file;
  return Descriptor(::openat(at, path, kOwnFileFlags));
}

int file_status(int at, const char* path, FileStatus& status) {
  return statx_status(at, path, AT_SYMLINK_NOFOLLOW, status);
}

int followed_status(int at, const char* path, FileStatus& status) {
  return statx_status(at, path, 0, status);
}

int descriptor_status(int fd, FileStatus& status) {
  return statx_status(fd, "", AT_EMPTY_PATH, status);
}

std::optional<std::int64_t> modified_time(int at, const std::string& path) {
  FileStatus status;
  if (followed_status(at, path.c_str(), status) != 0) return std::nullopt;
  return status.modified_ns;
}

}  // namespace dregs
