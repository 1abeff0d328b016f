// The system clock, in the unit in which files' times are kept.
#pragma once

#include <chrono>
#include <cstdint>

namespace dregs {

// ns since epoch.
inline std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace dregs
