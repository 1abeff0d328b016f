#include "scanner/files/whole_file.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace dregs {
namespace {

// Often enough that all threads together hold little of the cache.
constexpr off_t kDropEvery = 8 * 1024 * 1024;
constexpr std::size_t kPart = 1024 * 1024;  // bytes

}  // namespace

WholeFile::~WholeFile() {
  if (begun_ && !was_cached_)
    ::posix_fadvise(fd_, dropped_, 0, POSIX_FADV_DONTNEED);
}

// Whether somebody has the file in the cache already shows in its beginning:
// this read takes nothing from the disk. Filesystems that cannot tell have
// their pages dropped.
ssize_t WholeFile::read_cached(std::span<char> buffer) {
  const iovec into{buffer.data(), buffer.size()};
  const ssize_t got = ::preadv2(fd_, &into, 1, -1, RWF_NOWAIT);
  was_cached_ = got > 0;
  return got;
}

ssize_t WholeFile::read(std::span<char> buffer) {
  ssize_t got = begun_ ? -1 : read_cached(buffer);
  begun_ = true;
  while (got < 0) {
    got = ::read(fd_, buffer.data(), buffer.size());
    if (got < 0 && errno != EINTR) return -errno;
  }
  at_ += got;
  if (at_ - dropped_ >= kDropEvery) drop_what_was_read();
  const bool is_long =
      got > 0 && static_cast<std::size_t>(got) == buffer.size();
  if (is_long && !reads_ahead_) {
    ::posix_fadvise(fd_, 0, 0, POSIX_FADV_SEQUENTIAL);
    reads_ahead_ = true;
  }
  return got;
}

void WholeFile::drop_what_was_read() {
  if (!was_cached_)
    ::posix_fadvise(fd_, dropped_, at_ - dropped_, POSIX_FADV_DONTNEED);
  dropped_ = at_;
}

int read_in_parts(int fd, const std::function<int(std::string_view)>& see) {
  WholeFile file(fd);
  std::string buffer(kPart, '\0');
  int error = 0;
  while (error == 0) {
    const ssize_t got = file.read(buffer);
    if (got == 0) break;
    error = got < 0 ? static_cast<int>(-got)
                    : see({buffer.data(), static_cast<std::size_t>(got)});
  }
  return error;
}

}  // namespace dregs
