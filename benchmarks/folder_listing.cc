#include "benchmarks/folder_listing.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace dregs {

OpenFolder::OpenFolder(int parent, const char* path)
    : fd_(openat(parent, path,
                 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) {
  if (fd_ < 0 && errno != ENOENT)
    throw std::system_error(errno, std::generic_category(), path);
}

OpenFolder::~OpenFolder() {
  if (fd_ >= 0) close(fd_);
}

bool NameChunk::read(int fd) {
  const ssize_t got = getdents64(fd, bytes_.data(), bytes_.size());
  if (got < 0)
    throw std::system_error(errno, std::generic_category(), "getdents64");
  used_ = static_cast<std::size_t>(got);
  return used_ != 0;
}

}  // namespace dregs
