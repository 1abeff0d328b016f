// Making sure that nobody else writes (contract.md; format.md 6.3, section 8
// row 72): one dregs at a time, nothing changed since the scan, and nothing
// changes while the sweep goes on.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "scanner/descriptor.h"
#include "scanner/inventory.h"
#include "scanner/scan.h"
#include "scanner/stop_request.h"

namespace dregs {

// An advisory lock on the open v2 folder, held until the descriptor closes;
// it leaves no file. 0, EWOULDBLOCK where another run holds it, or an errno.
int lock_exclusively(int v2);

// Scans the repositories again: the name of the first one that is not as it
// was, with what an appeared or vanished one counts as.
struct Change {
  bool changed = false;
  std::string repository;
};
Change changed_since(const Inventory& before, int v2, const StopRequest& stop);

// Watches the folders in which every push must make an entry (revisions,
// tags, layer links, uploads, blob prefixes, namespaces), and requests a stop
// at the first one that appears. What this process removes makes none.
class ForeignWrites {
 public:
  // `v2_path` is the real path of the v2 folder. `stop` outlives the object.
  ForeignWrites(const std::string& v2_path, const Inventory& inventory,
                StopRequest& stop);
  ~ForeignWrites();
  ForeignWrites(const ForeignWrites&) = delete;
  ForeignWrites& operator=(const ForeignWrites&) = delete;

  // False where the kernel grants too few watches; `reason` says why.
  bool complete() const { return reason_.empty(); }
  const std::string& reason() const { return reason_; }

 private:
  void watch(const std::string& folder);
  void wait_for_entries();
  bool has_foreign_entry() const;

  std::string v2_path_;
  StopRequest& stop_;
  Descriptor notices_;
  Descriptor end_;
  std::string reason_;
  std::jthread waiter_;
};

}  // namespace dregs
