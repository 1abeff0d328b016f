// BucketRemover removes what a plan names from a registry in object storage: up
// to 1,000 keys in a request (object-storage.md#3.6). What a bucket keeps of it
// as older versions is not its matter. It deletes only keys that the registry's
// layout knows.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "gc/remove/remover.h"
#include "scanner/bucket/scan_bucket.h"

namespace dregs {

class BucketRemover final : public Remover {
 public:
  // All are borrowed and outlive the remover. `scan` is the one of which
  // `inventory` is.
  BucketRemover(const BucketRoot& root, const BucketScan& scan,
                const Inventory& inventory);

  RemovalOutcome remove(const Removal& removal) override;
  std::size_t together() const override { return kTogether; }
  std::vector<RemovalOutcome> remove_together(
      std::span<const Removal> removals) override;
  // What a request removed is removed when it is answered.
  int sync() override { return 0; }

 private:
  static constexpr std::size_t kTogether = 1000;

  // The keys of one removal, and what stays beside them.
  struct Keys {
    std::vector<std::string> keys;
    RemovalOutcome outcome;
  };
  Keys keys_of(const Removal& removal) const;
  Keys keys_in_tag(const Removal& removal) const;
  Keys keys_in_upload(const Removal& removal) const;
  std::vector<std::string> list(const std::string& folder) const;
  void abort_pending(const Removal& removal, RemovalOutcome& outcome) const;
  void remove_keys(const std::vector<ObjectName>& names,
                   const std::vector<std::size_t>& owners,
                   std::vector<RemovalOutcome>& outcomes) const;

  const BucketRoot& root_;
  const BucketScan& scan_;
  const Inventory& inventory_;
};

}  // namespace dregs
