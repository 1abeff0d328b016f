// Making sure that nobody else writes (promises.md#may-touch; format.md#6.3,
// #row-72): one dregs at a time, nothing changed since the scan, and nothing
// changes while the sweep goes on.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gc/guard/foreign_writes.h"
#include "gc/guard/look_again.h"
#include "gc/guard/registry_process.h"
#include "gc/remove/sweep.h"
#include "scanner/inventory/finding.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

// An advisory lock on the open v2 folder, held until the descriptor closes;
// it leaves no file. 0, EWOULDBLOCK where another run holds it, or an errno.
int lock_exclusively(int v2);

// Who serves the store now, and did not when it was asked last.
using LookForNewcomers = std::function<std::vector<RegistryProcess>()>;

// Watches from before the sweep until after it. Make it after the scan, ask
// changed_since_scan() and newcomers(), give precautions() to sweep(), then ask
// disturbance() and who has come.
class WriteWatch {
 public:
  // `v2_path` is the real path of the open folder `v2`. `v2`, `scanned` and
  // `stop` are borrowed and outlive the object.
  WriteWatch(int v2, const std::string& v2_path, const Inventory& scanned,
             StopRequest& stop, LookForNewcomers newcomers = {});

  // Watching began before this looks again, so nothing falls in between.
  Change changed_since_scan();

  // Each requests a stop (StopReason::changed) where somebody wrote, or where a
  // registry was started that may write.
  Precautions precautions();

  // What was seen from the first removal on; none: nobody wrote. One thread.
  std::optional<Finding> disturbance();

  // Looks for them now. Those that may write and those that will not.
  const std::vector<RegistryProcess>& look_for_newcomers();
  // All that came so far.
  const std::vector<RegistryProcess>& newcomers() const { return came_; }

  // Why it may have missed something that it should see.
  std::vector<Finding> limits() const;

 private:
  bool undisturbed();
  bool nobody_came();
  bool undisturbed_links(const Plan& plan,
                         const std::set<std::uint32_t>& failed);
  bool undisturbed_to_the_end(const Plan& plan,
                              const std::set<std::uint32_t>& failed);
  bool same_links(const Plan& plan, const std::set<std::uint32_t>& failed);

  int v2_;
  const Inventory& scanned_;
  StopRequest& stop_;
  LookForNewcomers ask_for_newcomers_;
  std::vector<RegistryProcess> came_;
  ForeignWrites writes_;
  Change change_;
};

// Whether any of them may write.
bool any_may_write(const std::vector<RegistryProcess>& processes);

// Nobody wrote before the first removal: the finding to refuse with.
Finding finding_for(const Change& change);

}  // namespace dregs
