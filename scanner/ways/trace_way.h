// The way that a path leads, step by step, as the kernel walks it for a server:
// every folder and link on it is needed, not only its end. Linux only.
#pragma once

#include <string>
#include <vector>

namespace dregs {

struct Way {
  struct Step {
    std::string real;  // the real path of what was passed
    // Relative to v2, as it was spelled; empty beyond the first symbolic link.
    std::string spelled;
  };
  std::vector<Step> steps;  // the last one is the end, where error is 0
  bool folder = false;      // whether the end is one
  int error = 0;            // errno
};

// `path` is relative to the open folder `v2`. A way that leads nowhere is told
// as far as it goes, with ENOENT, ENOTDIR or ELOOP.
Way trace_way(int v2, const std::string& path);

}  // namespace dregs
