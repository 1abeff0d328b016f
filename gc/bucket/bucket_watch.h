// BucketWatch makes sure that nobody else writes to a bucket while dregs
// removes (object-storage.md#3.6, #4.3). No storage tells of writes, and no
// lock holds there: a second listing decides before the first removal, a third
// one before the blobs, and a last one afterwards.
#pragma once

#include <set>
#include <string>

#include "gc/guard/write_watch.h"
#include "scanner/bucket/scan_bucket.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

class BucketWatch final : public WriteWatch {
 public:
  // All arguments are borrowed and outlive the watch. `stamps` and `scanned`
  // come from the same listing.
  BucketWatch(const BucketRoot& root, const BucketStamps& stamps,
              const Inventory& scanned, StopRequest& stop,
              const EmptiedRepositories& emptied);

  Change changed_since_scan() override;
  Precautions precautions() override;
  std::optional<Finding> disturbance() override;
  std::vector<Finding> limits() const override { return {}; }

 private:
  bool undisturbed_links(const Plan& plan,
                         const std::set<std::uint32_t>& failed);
  bool undisturbed_to_the_end(const Plan& plan,
                              const std::set<std::uint32_t>& failed);
  BucketScan scan_again() const;
  void note(const Change& change);

  const BucketRoot& root_;
  const BucketStamps& stamps_;
  const Inventory& scanned_;
  StopRequest& stop_;
  const EmptiedRepositories& emptied_;
  Change change_;
};

}  // namespace dregs
