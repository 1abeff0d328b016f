#include "gc/pulls/log_file.h"

#include <string>
#include <vector>

#include "gc/pulls/log_bytes.h"

namespace dregs {
namespace {

// Joins lines that lie in several chunks.
class LineSplitter {
 public:
  explicit LineSplitter(const std::function<bool(const ReadLine&)>& see)
      : see_(see) {}

  // Returns false where the reader wants no more lines.
  bool add(std::string_view chunk) {
    for (;;) {
      const std::size_t end = chunk.find('\n');
      keep(chunk.substr(0, end));
      if (end == std::string_view::npos) return true;
      if (!show(true)) return false;
      chunk.remove_prefix(end + 1);
    }
  }

  void finish() {
    if (!begun_.empty() || too_long_) show(false);
  }

 private:
  void keep(std::string_view part) {
    if (too_long_) return;
    if (begun_.size() + part.size() > kLongestLogLine) {
      too_long_ = true;
      begun_.clear();
    } else {
      begun_ += part;
    }
  }

  bool show(bool ended) {
    const bool go_on = see_({begun_, ++number_, ended, too_long_});
    begun_.clear();
    too_long_ = false;
    return go_on;
  }

  const std::function<bool(const ReadLine&)>& see_;
  std::string begun_;
  std::uint64_t number_ = 0;
  bool too_long_ = false;
};

}  // namespace

LogFileResult read_log(int file,
                       const std::function<bool(const ReadLine&)>& see) {
  const std::unique_ptr<LogBytes> bytes = open_log_bytes(file);
  std::vector<char> buffer(128 * 1024);
  LineSplitter lines(see);
  while (const std::size_t got = bytes->read(buffer))
    if (!lines.add({buffer.data(), got})) return {};
  lines.finish();
  return {bytes->error(), bytes->end() == LogBytesEnd::cut_short,
          bytes->end() == LogBytesEnd::damaged};
}

}  // namespace dregs
