// DiskTrash is the trash of a store on a disk. Each run's folder has its files
// under the path that they had below v2.
#pragma once

#include <string>
#include <vector>

#include "gc/remove/trash.h"

namespace dregs {

// What lies in docker/registry/.dregs/FOLDER, a folder for each run, by name.
// Throws std::system_error where there is such a folder and nobody may look.
std::vector<TrashedRun> runs_put_aside(int v2, const std::string& folder);

class DiskTrash final : public TrashCan {
 public:
  explicit DiskTrash(int v2) : v2_(v2) {}  // the open folder; borrowed

  std::vector<TrashedRun> list() override;
  Restored restore(const std::string& run) override;
  std::string empty(const std::string& run) override;

 private:
  int v2_;
};

}  // namespace dregs
