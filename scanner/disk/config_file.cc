#include "scanner/disk/config_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "scanner/files/descriptor.h"

namespace dregs {
namespace {

[[noreturn]] void fail_reading(const std::string& origin, int error) {
  throw ConfigError(
      fmt::format("{}: cannot be read: {}", origin, std::strerror(error)));
}

std::string read_opened(int fd, const std::string& origin) {
  struct stat status {};
  if (fstat(fd, &status) != 0) fail_reading(origin, errno);
  if (!S_ISREG(status.st_mode))
    throw ConfigError(origin + ": is not a regular file");
  std::string bytes(kConfigBytesMax + 1, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = read(fd, bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_reading(origin, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

std::string read_config_file(const std::string& file,
                             const std::string& origin) {
  // Not to hang on a FIFO that somebody put there.
  const Descriptor opened(
      ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!opened) fail_reading(origin, errno);
  return read_opened(opened.get(), origin);
}

RegistryConfig load_registry_config(const std::string& file,
                                    std::span<const std::string> environment,
                                    const std::string& origin) {
  return parse_registry_config(read_config_file(file, origin), environment,
                               origin);
}

}  // namespace dregs
