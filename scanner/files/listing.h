// Reading folders with getdents64 straight into a stack buffer: a registry
// has a folder for every blob and link, and readdir's heap block for each
// would cost more than the listing.
#pragma once

#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "scanner/files/descriptor.h"

namespace dregs {

// The name is NUL-terminated and lives until the callback returns. `type` is
// a DT_ constant, DT_UNKNOWN where the filesystem does not tell.
struct FolderEntry {
  std::string_view name;
  unsigned char type = DT_UNKNOWN;

  const char* c_str() const { return name.data(); }
};

// What getdents64 writes; the kernel's struct is in no public header.
struct KernelEntry {
  std::uint64_t inode;
  std::int64_t offset;
  std::uint16_t length;
  std::uint8_t type;
  char name[1];
};

// What to make room for. Most filesystems count a folder's subfolders as its
// links; others say 1.
inline std::size_t likely_entries(const FileStatus& folder) {
  constexpr std::uint32_t kMost = 65536;
  return folder.links < kMost ? folder.links : kMost;
}
inline std::size_t likely_entries(int folder) {
  FileStatus status;
  return descriptor_status(folder, status) == 0 ? likely_entries(status) : 0;
}

// Calls visit(FolderEntry) for every entry but "." and "..", in the
// filesystem's order. Returns 0, or the errno that ended the listing early.
template <class Visit>
int for_each_entry(int folder, Visit&& visit) {
  alignas(KernelEntry) char buffer[16 * 1024];
  for (;;) {
    const long got = ::syscall(SYS_getdents64, folder, buffer, sizeof buffer);
    if (got == 0) return 0;
    if (got < 0) return errno;
    for (long at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const KernelEntry*>(buffer + at);
      at += entry->length;
      const char* first =
          buffer + at - entry->length + offsetof(KernelEntry, name);
      const std::string_view name(first);
      if (name != "." && name != "..") visit(FolderEntry{name, entry->type});
    }
  }
}

}  // namespace dregs
