// What runs with --trash moved aside, and its way back. Each run has a folder
// in docker/registry/.dregs/trash with its files under the path that they had
// below v2.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gc/remove/aside_folder.h"

namespace dregs {

inline constexpr auto kTrash = "../.dregs/trash";  // relative to v2

struct TrashedRun {
  std::string name;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::int64_t changed_ns = 0;  // when it was put there, ns since epoch
  int error = 0;                // errno, where not all of it can be seen
};

// By name, so the oldest first. `v2` is the open folder. Throws
// std::system_error where there is a trash, and it cannot be opened.
std::vector<TrashedRun> list_trash(int v2);

struct Restored {
  std::uint64_t files = 0;
  std::vector<MovedFile> left;  // that stay in the trash, and why; sorted
  int error = 0;                // errno, where it had to end early
  bool complete() const { return left.empty() && error == 0; }
};

// Puts everything back where it was: blobs first, tags last, each stage on the
// disk before the next, so that it may end anywhere. Never over something that
// is there by now: that is left, with EEXIST. ENOENT where there is no such
// run. Not for use while a server runs.
Restored restore_from_trash(int v2, const std::string& run);

// 0 or an errno value.
int empty_trash(int v2, const std::string& run);

}  // namespace dregs
