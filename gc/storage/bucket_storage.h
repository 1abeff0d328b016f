// BucketStorage is a store in S3 or its kin (object-storage.md#3, #4).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gc/bucket/bucket_aside.h"
#include "gc/bucket/named_bucket.h"
#include "gc/cache/manifest_cache.h"
#include "gc/storage/storage.h"
#include "gc/survey/take_bucket_survey.h"
#include "scanner/bucket/bucket_reader.h"
#include "scanner/s3/s3_store.h"

namespace dregs {

// Every function that asks the bucket throws StorageError where it does not
// answer.
class BucketStorage final : public Storage {
 public:
  BucketStorage(const NamedBucket& bucket, const BucketRequest& request);

  const StoreReader& reader() const override { return reader_; }
  Survey take_survey(bool proxy_cache, const StopRequest& stop,
                     SurveyProgress& progress) const override;
  std::unique_ptr<ManifestSource> manifests() const override;
  Inventory scan_named(const std::vector<ImageRef>& refs,
                       const StopRequest& stop,
                       ScanProgress& progress) const override;
  Exclusivity look_for_others() const override { return {}; }
  Exclusivity make_exclusive() override;
  std::vector<Refusal> lock_out_others() override;
  std::vector<RegistryProcess> find_processes() const override { return {}; }
  std::unique_ptr<WriteWatch> watch(const Inventory& scanned, StopRequest& stop,
                                    LookForNewcomers newcomers) override;
  std::vector<Refusal> use_trash(const std::string& run, bool may_try) override;
  std::unique_ptr<TrashCan> trash() override;
  std::vector<TrashedRun> quarantined() const override;
  std::unique_ptr<Remover> remover(const Inventory& scanned,
                                   std::int64_t newest_temporary_ns) override;
  std::unique_ptr<LinkWriter> link_writer() override;
  std::unique_ptr<Healer> healer(const std::string& run) override;
  std::vector<Refusal> reasons_of_newcomers() override;
  Surroundings look_around() const override;
  FutureLinks find_future_links(const Inventory&, const Plan&,
                                std::int64_t) const override {
    return {};
  }
  std::vector<Refusal> signs_of_writers(
      const Inventory& inventory) const override;
  void adapt(Policy& policy, bool min_age_said) const override;
  std::optional<RequestsMade> requests() const override;
  Purged purge(const Survey& survey, const Plan& plan, const PurgeScope& scope,
               const StopRequest& stop) override;
  std::optional<Purged> purged() const override { return purged_; }
  std::uint64_t identity() const override;

 private:
  std::unique_ptr<ManifestCache> open_cache() const;

  BucketLocation location_;
  BucketRequest request_;
  bool readonly_;  // says the registry's configuration
  mutable RequestCounts counts_;
  std::unique_ptr<S3Store> store_;
  BucketRoot root_;
  BucketReader reader_;
  std::unique_ptr<BucketAside> aside_;
  std::optional<Purged> purged_;
  EmptiedRepositories emptied_;
  mutable BucketScan scan_;  // of the last survey, without its inventory
};

}  // namespace dregs
