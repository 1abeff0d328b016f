// LogBytes gives the bytes of a log that may be compressed. One thread may use
// it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace dregs {

enum class LogBytesEnd { none, whole, cut_short, damaged, failed };

class LogBytes {
 public:
  virtual ~LogBytes() = default;
  LogBytes() = default;
  LogBytes(const LogBytes&) = delete;
  LogBytes& operator=(const LogBytes&) = delete;

  // Returns how many bytes it wrote. 0 is the end; end() then says which end.
  virtual std::size_t read(std::span<char> into) = 0;

  LogBytesEnd end() const { return end_; }
  int error() const { return error_; }  // errno, of `failed`

 protected:
  std::size_t finish(LogBytesEnd end, int error = 0) {
    end_ = end;
    error_ = error;
    return 0;
  }

 private:
  LogBytesEnd end_ = LogBytesEnd::none;
  int error_ = 0;
};

// `file` is borrowed. It is read from its current position.
std::unique_ptr<LogBytes> open_log_bytes(int file);

}  // namespace dregs
