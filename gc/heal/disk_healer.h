// DiskHealer heals a store on a disk. New bytes come into a file in
// .dregs/repair beside v2, which is synced and then renamed into a place that
// is free. What was there moved before, through no symbolic link, onto no other
// filesystem, over no other file.
#pragma once

#include <string>
#include <vector>

#include "gc/heal/healer.h"

namespace dregs {

class DiskHealer final : public Healer {
 public:
  // `v2` is the open folder; borrowed. `run` names the folder in quarantine.
  DiskHealer(int v2, const std::string& run) : v2_(v2), run_(run) {}

  std::vector<Repaired> repair(const std::vector<Repair>& repairs,
                               const StoreReader* other,
                               const StopRequest& stop,
                               std::atomic<std::uint64_t>& bytes) override;
  std::vector<Quarantined> quarantine(
      const std::vector<Finding>& findings) override;

 private:
  int v2_;
  std::string run_;
};

}  // namespace dregs
