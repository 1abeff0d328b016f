// Files of several names, as deduplicating tools make of links that say the
// same. Removing one name renews the ctime of the file, and so of its other
// names, as if somebody had written to them.
//
// The rule: a file is untouched where it is exactly as our own last removal of
// one of its names left it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "scanner/files/descriptor.h"

namespace dregs {

class OwnTouches {
 public:
  // Calls take(), which removes or moves the file `name` in the open folder and
  // returns 0 or an errno value, and remembers what became of its other names.
  // `seen` is what was found of it just before. Any number of threads.
  int take(int folder, const std::string& name, const FileStatus& seen,
           const std::function<int()>& take);

  // Looks again whether it is as we left it, for another thread may be at it.
  bool left_so(int folder, const char* name);

 private:
  using File = std::pair<std::uint64_t, std::uint64_t>;  // device, inode

  std::mutex removing_;  // names of files that have several, one at a time
  std::map<File, FileStatus> left_;
};

}  // namespace dregs
