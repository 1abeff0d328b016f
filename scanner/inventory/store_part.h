// A part of a store that operators put elsewhere as it grows. A value.
#pragma once

#include <cstdint>
#include <string>

namespace dregs {

// A folder that is not on the device of the folder that it is seen in, or
// behind a symbolic link. What is removed below it is removed relative to it.
struct StorePart {
  std::string path;  // relative to v2
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool symbolic = false;
};

}  // namespace dregs
