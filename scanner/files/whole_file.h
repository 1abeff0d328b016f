// Reads a file from its first byte to its last and leaves the page cache as it
// found it: a scrub of terabytes must not push out what the host works with.
#pragma once

#include <sys/types.h>

#include <functional>
#include <span>
#include <string_view>

namespace dregs {

// One object for one pass over one open file; the descriptor is borrowed.
class WholeFile {
 public:
  explicit WholeFile(int fd) : fd_(fd) {}
  ~WholeFile();
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;

  // Fills a part of `buffer`. Returns bytes read, 0 at the end, or -errno.
  ssize_t read(std::span<char> buffer);

 private:
  ssize_t read_cached(std::span<char> buffer);
  void drop_what_was_read();

  int fd_;
  off_t at_ = 0;
  off_t dropped_ = 0;
  bool begun_ = false;
  bool was_cached_ = false;
  bool reads_ahead_ = false;
};

// Reads an open file from its first byte to its last, and calls see(part) with
// each part of it. A part is valid during the call. Ends where see() returns an
// errno value. Returns 0, that value, or the errno value of a read; what see()
// throws is thrown on.
int read_in_parts(int fd, const std::function<int(std::string_view)>& see);

}  // namespace dregs
