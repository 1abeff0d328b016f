// BucketHealer heals a registry in object storage (object-storage.md#4.10).
// What was wrong is copied aside, on the server's side, and looked at once more
// right before it is removed or replaced.
#pragma once

#include <string>
#include <vector>

#include "gc/heal/healer.h"
#include "scanner/bucket/bucket_reader.h"

namespace dregs {

class BucketHealer final : public Healer {
 public:
  // The root is borrowed. `run` names the folder in quarantine.
  BucketHealer(const BucketRoot& root, const std::string& run)
      : root_(root), reader_(root), run_(run) {}

  std::vector<Repaired> repair(const std::vector<Repair>& repairs,
                               const StoreReader* other,
                               const StopRequest& stop,
                               std::atomic<std::uint64_t>& bytes) override;
  std::vector<Quarantined> quarantine(
      const std::vector<Finding>& findings) override;

 private:
  Quarantined move_away(const WrongFile& file) const;
  bool is_wrong(const WrongFile& file, const StoredObject& object) const;

  const BucketRoot& root_;
  const BucketReader reader_;
  const std::string run_;
};

}  // namespace dregs
