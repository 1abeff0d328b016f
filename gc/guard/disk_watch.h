// A DiskWatch watches a store on a disk: the kernel tells of new entries, links
// are read again, and processes are looked for.
#pragma once

#include <set>
#include <string>

#include "gc/guard/foreign_writes.h"
#include "gc/guard/write_watch.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

// An advisory lock on the open v2 folder, held until the descriptor closes;
// it leaves no file. 0, EWOULDBLOCK where another run holds it, or an errno.
int lock_exclusively(int v2);

class DiskWatch final : public WriteWatch {
 public:
  // `v2_path` is the real path of the open folder `v2`. `v2`, `scanned` and
  // `stop` are borrowed and outlive the object.
  DiskWatch(int v2, const std::string& v2_path, const Inventory& scanned,
            StopRequest& stop, LookForNewcomers newcomers = {});

  Change changed_since_scan() override;
  Precautions precautions() override;
  std::optional<Finding> disturbance() override;
  std::vector<Finding> limits() const override;

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
  ForeignWrites writes_;
  Change change_;
};

}  // namespace dregs
