// A WriteWatch makes sure that nobody else writes while a sweep goes on
// (promises.md#may-touch; format.md#6.3, #row-72). Make it after the scan, ask
// changed_since_scan() and newcomers(), give precautions() to sweep(), then ask
// disturbance() and who has come. A disk is watched by DiskWatch, a bucket by
// BucketWatch.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "gc/guard/look_again.h"
#include "gc/processes/registry_process.h"
#include "gc/remove/sweep.h"
#include "scanner/inventory/finding.h"

namespace dregs {

// Who serves the store now, and did not when it was asked last.
using LookForNewcomers = std::function<std::vector<RegistryProcess>()>;

class WriteWatch {
 public:
  explicit WriteWatch(LookForNewcomers newcomers)
      : ask_for_newcomers_(std::move(newcomers)) {}
  virtual ~WriteWatch() = default;

  // Watching began before this looks again, so nothing falls in between.
  virtual Change changed_since_scan() = 0;

  // Each requests a stop (StopReason::changed) where somebody wrote, or where a
  // registry was started that may write.
  virtual Precautions precautions() = 0;

  // What was seen from the first removal on; none: nobody wrote. One thread.
  virtual std::optional<Finding> disturbance() = 0;

  // Why it may have missed something that it should see.
  virtual std::vector<Finding> limits() const = 0;

  // Looks for them now. Those that may write and those that will not.
  const std::vector<RegistryProcess>& look_for_newcomers();
  // All that came so far.
  const std::vector<RegistryProcess>& newcomers() const { return came_; }

 private:
  LookForNewcomers ask_for_newcomers_;
  std::vector<RegistryProcess> came_;
};

// Whether any of them may write.
bool any_may_write(const std::vector<RegistryProcess>& processes);

// Nobody wrote before the first removal: the finding to refuse with.
Finding finding_for(const Change& change);

// Somebody wrote after the first removal.
Finding disturbed(const Change& change);

}  // namespace dregs
