// The two times of a file that say how old it is. A plain value.
#pragma once

#include <algorithm>
#include <cstdint>

namespace dregs {

// ns since epoch.
struct FileTimes {
  std::int64_t mtime_ns = 0;  // when its contents were written
  // When anything about it changed: chown, chmod, a rename and a restore renew
  // it, and nobody can set it back.
  std::int64_t ctime_ns = 0;

  std::int64_t newest() const { return std::max(mtime_ns, ctime_ns); }

  void take_newer(const FileTimes& other) {
    mtime_ns = std::max(mtime_ns, other.mtime_ns);
    ctime_ns = std::max(ctime_ns, other.ctime_ns);
  }
};

}  // namespace dregs
