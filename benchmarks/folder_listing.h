// Folder listing at its cheapest: bare getdents64, the names handed on out of
// the kernel's buffer, "." and ".." left out. Throws std::system_error.
#pragma once

#include <dirent.h>
#include <tbb/task_group.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace dregs {

// An open directory.
class OpenFolder {
 public:
  OpenFolder(int parent, const char* path);
  OpenFolder(OpenFolder&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OpenFolder& operator=(OpenFolder&&) = delete;
  ~OpenFolder();

  bool exists() const { return fd_ >= 0; }
  int fd() const { return fd_; }

 private:
  int fd_;
};

// One answer of getdents64.
class NameChunk {
 public:
  // False at the end of the folder.
  bool read(int fd);
  bool nearly_full() const { return used_ > sizeof(bytes_) / 2; }

  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (std::size_t at = 0; at < used_;) {
      const auto* entry = reinterpret_cast<const dirent64*>(bytes_.data() + at);
      at += entry->d_reclen;
      if (is_name(entry->d_name)) visit(entry->d_name);
    }
  }

 private:
  static bool is_name(const char* name) {
    return !(name[0] == '.' &&
             (name[1] == '\0' || (name[1] == '.' && name[2] == '\0')));
  }

  alignas(dirent64) std::array<char, 32768> bytes_;
  std::size_t used_ = 0;
};

// Visits every name, in any order and on any thread: where a folder is large,
// a chunk is worked on while the next is being read. A folder that is not
// there has no names.
template <typename Visit>
void for_each_name(const OpenFolder& folder, const Visit& visit) {
  if (!folder.exists()) return;
  tbb::task_group chunks;
  for (;;) {
    std::shared_ptr<NameChunk> chunk(new NameChunk);
    if (!chunk->read(folder.fd())) break;
    if (chunk->nearly_full())
      chunks.run([chunk, &visit] { chunk->for_each(visit); });
    else
      chunk->for_each(visit);
  }
  chunks.wait();
}

}  // namespace dregs
