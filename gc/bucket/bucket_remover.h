// BucketRemover removes what a plan names from a registry in object storage: up
// to 1,000 keys in a request (object-storage.md#3.6). It deletes only keys that
// the registry's layout knows. Older versions, which a bucket may keep, stay.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gc/remove/remover.h"
#include "scanner/bucket/scan_bucket.h"

namespace dregs {

class BucketRemover final : public Remover {
 public:
  // All arguments are borrowed and outlive the remover. `scan` and `inventory`
  // come from the same listing.
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

  // The keys of one removal; none where its outcome is known already.
  struct Keys {
    std::vector<std::string> keys;
    RemovalOutcome outcome;
  };
  Keys keys_of(const Removal& removal) const;
  Keys keys_of_revision(const Removal& removal, const std::string& path) const;
  Keys keys_in_tag(const std::string& path) const;
  // Aborts what is pending of it as well.
  Keys keys_in_upload(const std::string& path) const;
  // All keys below a folder, or none where one of them is not the registry's.
  Keys keys_in(const std::string& path,
               bool (*is_own)(std::string_view below)) const;
  void remove_keys(const std::vector<ObjectName>& names,
                   const std::vector<std::size_t>& owners,
                   std::vector<RemovalOutcome>& outcomes) const;

  const BucketRoot& root_;
  const BucketScan& scan_;
  const Inventory& inventory_;
};

}  // namespace dregs
