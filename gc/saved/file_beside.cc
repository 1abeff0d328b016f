#include "gc/saved/file_beside.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <random>
#include <stdexcept>

#include "scanner/formats/text.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

// Some filesystems cannot, and say so.
int synchronise(int fd) {
  if (::fsync(fd) == 0 || errno == EINVAL || errno == ENOSYS) return 0;
  return errno;
}

}  // namespace

FileBeside::FileBeside(const fs::path& target)
    : target_(target),
      path_(fmt::format("{}.{:08x}.tmp", target.string(),
                        std::random_device()())),
      file_(::open(path_.c_str(),
                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666)),
      error_(file_ ? 0 : errno) {}

FileBeside::~FileBeside() {
  if (file_ && !moved_) ::unlink(path_.c_str());
}

void FileBeside::take_owner_of(const struct stat& old) {
  if (error_ != 0) return;
  if (::fchown(file_.get(), old.st_uid, old.st_gid) != 0) errno = 0;
  if (::fchmod(file_.get(), old.st_mode & 07777) != 0) errno = 0;
}

void FileBeside::append(std::string_view bytes) {
  if (error_ == 0) error_ = write_all(file_.get(), bytes);
}

int FileBeside::take_place() {
  if (error_ == 0) error_ = synchronise(file_.get());
  if (error_ != 0) return error_;
  if (::rename(path_.c_str(), target_.c_str()) != 0) return error_ = errno;
  moved_ = true;
  const fs::path folder =
      target_.has_parent_path() ? target_.parent_path() : ".";
  const Descriptor above(
      ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return above ? synchronise(above.get()) : 0;
}

// Through symbolic links, as editors do: a link that an administrator made
// stays one. The kernel follows them first, and refuses those that it takes for
// traps (/proc/sys/fs/protected_symlinks).
fs::path target_of(const std::string& file) {
  if (!fs::is_symlink(fs::symlink_status(file))) return file;
  const Descriptor end(::open(file.c_str(), O_PATH | O_CLOEXEC));
  if (end) return fs::read_symlink(fmt::format("/proc/self/fd/{}", end.get()));
  if (errno != ENOENT)
    throw std::runtime_error(fmt::format("cannot write {}: {}", escaped(file),
                                         std::strerror(errno)));
  fs::path target = file;  // that is not there yet
  while (fs::is_symlink(fs::symlink_status(target)))
    target = target.parent_path() / fs::read_symlink(target);
  return target;
}

int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace dregs
