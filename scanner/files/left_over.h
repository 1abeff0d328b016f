// What lies in the folder of a link or of a blob's data where neither is there:
// the one judgement of it, for links, tag history and blobs. Thread-safe;
// nothing throws but for want of memory.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scanner/files/descriptor.h"

namespace dregs {

struct LeftOver {
  int error = 0;           // errno that kept it from being listed
  bool elsewhere = false;  // behind a symbolic link or mount, or not a folder
  // Names of entries.
  std::vector<std::pair<std::string, FileStatus>> temporary_files;
  std::vector<std::string> litter;
  std::vector<std::string> foreign;

  bool is_own() const { return error == 0 && !elsewhere && foreign.empty(); }
  // Whether the folder is empty when its temporary files are gone.
  bool can_go() const { return is_own() && litter.empty(); }
};

// `device` is that of the store (FileStatus).
LeftOver look_at_left_over(int at, const std::string& name,
                           std::uint64_t device);

}  // namespace dregs
