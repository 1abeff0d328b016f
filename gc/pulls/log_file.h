// read_log() reads a log line by line. The log may be compressed: gzip and zstd
// are recognised by their first bytes, and may have any number of members.
// Memory is bounded by the longest line.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace dregs {

// A longer line is not a line of a log.
inline constexpr std::size_t kLongestLogLine = 16 * 1024 * 1024;

struct ReadLine {
  std::string_view text;     // without its end; valid during the call
  std::uint64_t number = 0;  // from 1
  bool ended = true;      // false: the last of the file, without a line's end
  bool too_long = false;  // text is empty
};

struct LogFileResult {
  int error = 0;           // errno of a read that failed
  bool cut_short = false;  // compressed data that ends too early
  bool damaged = false;    // compressed data that is none from some point on
};

// Calls `see` for every line of the open file. Lines before a damaged place are
// read. Ends early where `see` returns false.
LogFileResult read_log(int file,
                       const std::function<bool(const ReadLine&)>& see);

}  // namespace dregs
