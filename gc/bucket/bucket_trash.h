// BucketTrash is the trash of a registry in object storage. A run's folder has
// copies under the path that they had below v2, or lists of versions.
#pragma once

#include <string>
#include <vector>

#include "gc/bucket/trash_content.h"
#include "gc/remove/trash.h"

namespace dregs {

// What was moved into quarantine, by run. Throws StorageError.
std::vector<TrashedRun> quarantined(const BucketRoot& root);

// list() and restore() throw StorageError where nothing can be asked.
class BucketTrash final : public TrashCan {
 public:
  explicit BucketTrash(const BucketRoot& root) : root_(root) {}

  std::vector<TrashedRun> list() override;
  Restored restore(const std::string& run) override;
  std::string empty(const std::string& run) override;

 private:
  TrashedRun look_into(const std::string& run) const;
  void leave_to_others(const std::string& run,
                       std::vector<RemovedVersion>& removed) const;

  const BucketRoot& root_;
};

}  // namespace dregs
