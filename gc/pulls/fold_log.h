// A LogFolder reads the lines of a log and notes the last pull of each
// reference (retention-rules.md#5). Reading the same lines again changes
// nothing, so a rotated log may be read twice.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gc/pulls/log_file.h"
#include "gc/pulls/log_line.h"
#include "gc/pulls/pull_times.h"

namespace dregs {

struct FoldOptions {
  // Pulls by these agents do not count: scanners, and dregs' own smoke test.
  // Each is a glob in which `*` stands for any text. Upper and lower case are
  // the same.
  std::vector<std::string> ignored_agents;
  std::int64_t now_s = 0;  // seconds since epoch
};

// Counts what each line was. An event counts as a line.
struct FoldedLines {
  std::uint64_t lines = 0;
  std::uint64_t pulls = 0;           // GET or HEAD of a manifest, answered
  std::uint64_t other_requests = 0;  // of blobs, pushes, other sites …
  std::uint64_t failed = 0;          // of a manifest, and answered by an error
  std::uint64_t ignored_agents = 0;  // would have been a pull
  std::uint64_t illegal_names = 0;   // likewise, of what no server accepts
  std::uint64_t silent = 0;          // known, and no request
  std::uint64_t foreign = 0;         // of no known format
  std::vector<std::uint64_t> foreign_at;  // the first few, by number of line
  bool half_written = false;              // the last one, to be read next time
};

class LogFolder {
 public:
  // Both arguments are borrowed.
  LogFolder(const FoldOptions& options, PullTimes& pulls)
      : options_(options), pulls_(pulls) {}

  // Takes the lines of one log in their order. Call finish() after the last
  // line.
  void fold(const ReadLine& line);
  FoldedLines finish();

 private:
  void fold_text(std::string_view text, std::uint64_t number, bool ended);
  void drop_begun();

  const FoldOptions& options_;
  PullTimes& pulls_;
  FoldedLines folded_;
  std::string begun_;  // of a document that goes over several lines
  std::uint64_t begun_at_ = 0;
};

}  // namespace dregs
