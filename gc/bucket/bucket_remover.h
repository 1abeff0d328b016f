// BucketRemover removes what a plan names from a registry in object storage: up
// to 1,000 keys in a request (object-storage.md#3.6). It deletes only keys that
// the registry's layout knows. Older versions, which a bucket may keep, stay.
// It is the only file that deletes in a bucket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gc/bucket/bucket_aside.h"
#include "gc/bucket/uploads_now.h"
#include "gc/remove/remover.h"
#include "scanner/bucket/scan_bucket.h"

namespace dregs {

class BucketRemover final : public Remover {
 public:
  // All arguments are borrowed and outlive the remover. `scan` and `inventory`
  // come from the same listing. With an `aside` nothing is removed that was not
  // put there before. Repositories whose last revision goes come to `emptied`.
  BucketRemover(const BucketRoot& root, const BucketScan& scan,
                const Inventory& inventory, EmptiedRepositories& emptied,
                BucketAside* aside = nullptr);

  RemovalOutcome remove(const Removal& removal) override;
  std::size_t together() const override;
  std::vector<RemovalOutcome> remove_together(
      std::span<const Removal> removals) override;
  // What a request removed is removed when it is answered.
  int sync() override { return 0; }

 private:
  // The keys of one removal; none where its outcome is known already.
  struct Keys {
    std::vector<std::string> keys;
    RemovalOutcome outcome;
  };
  Keys keys_of(const Removal& removal, const UploadsNow& uploads) const;
  static Keys own_keys_of(std::span<const StoredObject> objects,
                          const std::string& folder,
                          bool (*is_own)(std::string_view below));
  const Upload* scanned_upload(const Removal& removal) const;
  Keys keys_of_revision(const Removal& removal, const std::string& path) const;
  Keys keys_in_tag(const std::string& path) const;
  // Aborts what is pending of it as well.
  Keys keys_in_upload(const Removal& removal, const std::string& path,
                      const UploadsNow& uploads) const;
  // Of all removals of a call: each name, and the outcome that it belongs to.
  struct Names {
    std::vector<ObjectName> names;
    std::vector<std::size_t> owners;  // parallel to the names
  };
  void put_aside(Names& all, std::vector<RemovalOutcome>& outcomes) const;
  void remove_keys(const Names& all,
                   std::vector<RemovalOutcome>& outcomes) const;
  void note_emptied(std::span<const Removal> removals,
                    const std::vector<RemovalOutcome>& outcomes);

  const BucketRoot& root_;
  const BucketScan& scan_;
  const Inventory& inventory_;
  EmptiedRepositories& emptied_;
  BucketAside* aside_;
  std::mutex mutex_;  // guards revisions_gone_
  std::map<std::uint32_t, std::size_t> revisions_gone_;  // by repository
};

// Removes a blob's data or a layer's link, of which a copy lies elsewhere by
// now. Any other key stays. Returns what stays.
std::vector<NotRemoved> remove_copied(const BucketRoot& root,
                                      const std::string& path);

// Removes dregs's own objects, with all versions of them. A key that does not
// lie below docker/registry/.dregs stays. Returns what stays.
std::vector<NotRemoved> remove_own(const BucketRoot& root,
                                   std::span<const std::string> keys);

// Removes versions or delete markers of the registry's keys, each by its id. A
// name without an id stays: its removal would hide what is served. Returns what
// stays.
std::vector<NotRemoved> remove_versions(const BucketRoot& root,
                                        std::span<const ObjectName> names);

}  // namespace dregs
