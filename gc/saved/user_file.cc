#include "gc/saved/user_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string_view>

#include "scanner/files/descriptor.h"
#include "scanner/formats/path_below.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

bool lies_in(const fs::path& file, const fs::path& folder) {
  std::error_code failed;
  const fs::path at = fs::weakly_canonical(fs::absolute(file), failed);
  const fs::path inside = fs::weakly_canonical(folder, failed);
  return is_at_or_below(at.string(), inside.string());
}

[[noreturn]] void fail(const char* verb, const std::string& file, int error) {
  throw std::runtime_error(fmt::format("cannot {} {}: {}", verb, escaped(file),
                                       std::strerror(error)));
}

// Through symbolic links, as editors do: a link that an administrator made
// stays one. The kernel follows them first, and refuses those that it takes for
// traps (/proc/sys/fs/protected_symlinks).
fs::path target_of(const std::string& file) {
  if (!fs::is_symlink(fs::symlink_status(file))) return file;
  const Descriptor end(::open(file.c_str(), O_PATH | O_CLOEXEC));
  if (end) return fs::read_symlink(fmt::format("/proc/self/fd/{}", end.get()));
  if (errno != ENOENT) fail("write", file, errno);
  fs::path target = file;  // that is not there yet
  while (fs::is_symlink(fs::symlink_status(target)))
    target = target.parent_path() / fs::read_symlink(target);
  return target;
}

// 0, or an errno.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// Some filesystems cannot, and say so.
int synchronise(int fd) {
  if (::fsync(fd) == 0 || errno == EINVAL || errno == ENOSYS) return 0;
  return errno;
}

// What cannot be replaced: a pipe, a device, a file that is a mount point.
int write_in_place(std::string_view text, const fs::path& target) {
  const Descriptor out(
      ::open(target.c_str(), O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC));
  return out ? write_all(out.get(), text) : errno;
}

// The folder takes no other file, or the file is a mount point.
bool has_no_place_beside(int error) {
  return error == EACCES || error == EPERM || error == EROFS || error == EBUSY;
}

// A new file under a name of its own, which then takes the place of another:
// whoever reads, and whatever happens to the power, that has all of the old
// text or all of the new. It is gone where it came to nothing.
class FileBeside {
 public:
  explicit FileBeside(const fs::path& target)
      : target_(target),
        path_(fmt::format("{}.{:08x}.tmp", target.string(),
                          std::random_device()())),
        file_(::open(path_.c_str(),
                     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                     0666)),
        error_(file_ ? 0 : errno) {}

  ~FileBeside() {
    if (file_ && !moved_) ::unlink(path_.c_str());
  }
  FileBeside(const FileBeside&) = delete;
  FileBeside& operator=(const FileBeside&) = delete;

  // With owner and mode of `old`, where there is one, as far as may be.
  int write(std::string_view text, const struct stat* old) {
    if (error_ != 0) return error_;
    if (old != nullptr) {
      if (::fchown(file_.get(), old->st_uid, old->st_gid) != 0) errno = 0;
      if (::fchmod(file_.get(), old->st_mode & 07777) != 0) errno = 0;
    }
    const int error = write_all(file_.get(), text);
    return error != 0 ? error : synchronise(file_.get());
  }

  int take_place() {
    if (::rename(path_.c_str(), target_.c_str()) != 0) return errno;
    moved_ = true;
    const fs::path folder =
        target_.has_parent_path() ? target_.parent_path() : ".";
    const Descriptor above(
        ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return above ? synchronise(above.get()) : 0;
  }

 private:
  const fs::path target_;
  const std::string path_;
  const Descriptor file_;
  const int error_;
  bool moved_ = false;
};

}  // namespace

std::string read_file(const std::string& file) {
  try {
    std::ifstream stream;
    stream.exceptions(std::ios::failbit | std::ios::badbit);
    stream.open(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  } catch (const std::ios::failure&) {
    fail("read", file, errno);
  }
}

void replace_file(const std::string& text, const std::string& file,
                  const ResolvedRoot& root) {
  const fs::path target = target_of(file);
  const std::vector<std::string> own = root.directories();
  if (std::any_of(own.begin(), own.end(), [&](const std::string& directory) {
        return lies_in(target, directory);
      }))
    throw std::runtime_error(escaped(file) +
                             " lies in the registry's own folder, where dregs "
                             "leaves nothing; write it elsewhere");
  replace_file(text, file);
}

void replace_file(const std::string& text, const std::string& file) {
  const fs::path target = target_of(file);
  struct stat old {};
  const bool exists = ::stat(target.c_str(), &old) == 0;
  int error = 0;
  if (exists && !S_ISREG(old.st_mode)) {
    error = write_in_place(text, target);
  } else {
    FileBeside beside(target);
    error = beside.write(text, exists ? &old : nullptr);
    if (error == 0) error = beside.take_place();
    if (exists && has_no_place_beside(error))
      error = write_in_place(text, target);
  }
  if (error != 0) fail("write", file, error);
}

}  // namespace dregs
