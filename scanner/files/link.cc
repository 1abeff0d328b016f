#include "scanner/files/link.h"

#include <cerrno>
#include <cstring>

#include "scanner/files/descriptor.h"

namespace dregs {
namespace {

LinkState state_of_open_error(int error) {
  if (error == ENOENT) return LinkState::missing;
  if (error == ENXIO) return LinkState::not_regular;  // a socket
  return LinkState::unreadable;
}

// The server follows symbolic links and mounts; what it would find is kept,
// but never taken for a link that the registry wrote.
Link read_elsewhere(int at, const char* path, LinkState state) {
  Link link;
  const Descriptor file = open_followed(at, path);
  FileStatus status;
  char buffer[kMostLinkBytes];
  if (file && descriptor_status(file.get(), status) == 0 && status.regular()) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got > 0) link = parse_link({buffer, static_cast<std::size_t>(got)});
  }
  link.state = state;
  return link;
}

LinkState state_of_malformed(int fd) {
  FileStatus status;
  if (descriptor_status(fd, status) != 0) return LinkState::unreadable;
  return status.regular() ? LinkState::malformed : LinkState::not_regular;
}

Link failed(LinkState state, int error) {
  Link link;
  link.state = state;
  link.error = error;
  return link;
}

}  // namespace

Link read_link(int at, const char* path) {
  const Descriptor file = open_file_beneath(at, path);
  if (!file) {
    if (errno == ELOOP) return read_elsewhere(at, path, LinkState::symbolic);
    if (errno == EXDEV) return read_elsewhere(at, path, LinkState::mounted);
    return failed(state_of_open_error(errno), errno);
  }
  char buffer[kMostLinkBytes];
  const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
  if (got < 0 && errno != EISDIR && errno != EAGAIN && errno != EINVAL)
    return failed(LinkState::unreadable, errno);
  Link link = parse_link({buffer, static_cast<std::size_t>(got < 0 ? 0 : got)});
  // Only doubtful content is worth another system call for what it is in.
  if (link.state != LinkState::sound)
    link.state = state_of_malformed(file.get());
  return link;
}

}  // namespace dregs
