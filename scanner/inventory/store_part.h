// A StorePart names a part of a store that an operator moved to another disk or
// behind a symbolic link. It is a plain value.
#pragma once

#include <cstdint>
#include <string>

namespace dregs {

// The folder is on another device than the folder above it, or it is behind a
// symbolic link. The remover opens this folder first and removes relative to
// it.
struct StorePart {
  std::string path;  // relative to v2
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool symbolic = false;
};

}  // namespace dregs
