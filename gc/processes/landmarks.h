// Is the root that another process names the one that we work on?
// format.md#6.2. Linux only. Reads only; any thread.
#pragma once

#include <sys/stat.h>

#include <array>
#include <optional>
#include <string>

#include "gc/processes/process_view.h"
#include "scanner/disk/root.h"

namespace dregs {

enum class Match { no, yes, unknown };

// The folders by which a root is known, by device and inode: the rootdirectory,
// v2, blobs, blobs/sha256 and repositories. Any of them may be a mount of its
// own, and one in common is enough to do harm.
class Landmarks {
 public:
  explicit Landmarks(const ResolvedRoot& root);

  // `root` is the rootdirectory as the process sees it. Unknown where we may
  // not look, and for an overlay over the same folder.
  Match compare(const ProcessView& process, const std::string& root) const;

 private:
  static constexpr std::size_t kCount = 5;

  Match compare_one(std::size_t which, const std::string& path) const;

  std::array<std::optional<struct stat>, kCount> ours_;
};

}  // namespace dregs
