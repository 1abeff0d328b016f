// An assertion that also holds in release builds.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace dregs {

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace dregs
