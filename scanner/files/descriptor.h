// Open files and folders, relative to descriptors. Functions that open return
// an invalid Descriptor and leave errno set where they fail; nothing throws.
// A Descriptor has one owner; distinct Descriptors are independent of threads.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "scanner/formats/file_times.h"

namespace dregs {

class [[nodiscard]] Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  // Whoever fails and returns tells why by errno: closing leaves it alone.
  ~Descriptor() {
    if (fd_ < 0) return;
    const int error = errno;
    ::close(fd_);
    errno = error;
  }

  explicit operator bool() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

// Opens a folder for reading. Symbolic links in `path` are followed, as the
// registry follows them: this is for looking, never for deleting. Works for
// paths beyond PATH_MAX. An empty path means the folder `at` itself.
Descriptor open_folder(int at, const std::string& path);

// Opens a folder so that what is deleted below it is below `at`: no symbolic
// link on the way, no other filesystem. Fails with ELOOP, ENOTDIR or EXDEV.
Descriptor open_folder_beneath(int at, const std::string& path);

// Opens a folder of this name, never what a symbolic link made of it.
Descriptor open_own_folder(int parent, const std::string& name);

// Opens anything for reading without ever waiting for it (FIFOs), as the
// registry would: symbolic links are followed.
Descriptor open_followed(int at, const char* path);

// The same, but fails with ELOOP or EXDEV where a symbolic link or another
// mount is on the way. Kernels and sandboxes without openat2 look at the last
// component alone.
Descriptor open_file_beneath(int at, const char* path);

// What stat says of an entry, in the form the scan keeps.
struct FileStatus {
  std::uint64_t inode = 0;
  // Which filesystem, and which mount of it: a folder that is bound into the
  // store from the same disk is another device too. Compared, never shown.
  std::uint64_t device = 0;
  std::uint64_t size = 0;        // bytes
  std::uint64_t disk_bytes = 0;  // bytes the filesystem allots
  // Before 1677 and after 2262 they are the least and the largest value.
  std::int64_t changed_ns = 0;   // later of mtime and ctime, ns since epoch
  std::int64_t modified_ns = 0;  // mtime
  std::int64_t ctime_ns = 0;
  std::uint32_t links = 0;
  mode_t mode = 0;

  FileTimes times() const { return {modified_ns, ctime_ns}; }
  bool regular() const { return S_ISREG(mode); }
  bool folder() const { return S_ISDIR(mode); }
  bool symbolic_link() const { return S_ISLNK(mode); }
};

// Each returns 0 or an errno value. file_status does not follow a symbolic
// link in the last component, followed_status does.
int file_status(int at, const char* path, FileStatus& status);
int followed_status(int at, const char* path, FileStatus& status);
int descriptor_status(int fd, FileStatus& status);

// Returns when the file was written last, in ns since the epoch. It follows
// symbolic links. Returns none where the file cannot be looked at.
std::optional<std::int64_t> modified_time(int at, const std::string& path);

}  // namespace dregs
