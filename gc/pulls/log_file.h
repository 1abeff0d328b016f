// Reading a log line by line, plain or compressed: gzip and zstd are known by
// their first bytes, whatever the name, and may have any number of members.
// Memory is bounded by the longest line, whatever the file holds.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace dregs {

// What is longer is no line of a log.
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

// Calls `see` for every line of the open file. What could be read before
// damage is read. Ends early where `see` returns false.
LogFileResult read_log(int file,
                       const std::function<bool(const ReadLine&)>& see);

}  // namespace dregs
