#include "gc/storage/bucket_storage.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gc/bucket/bucket_remover.h"
#include "gc/bucket/bucket_trash.h"
#include "gc/bucket/bucket_watch.h"
#include "gc/bucket/registry_probe.h"
#include "gc/bucket/unless_stopped.h"
#include "gc/bucket_heal/bucket_healer.h"
#include "gc/bucket_heal/bucket_link_writer.h"
#include "gc/purge/purge_versions.h"
#include "gc/storage/move_aside.h"
#include "scanner/bucket/bucket_manifests.h"
#include "scanner/bucket/look_around_bucket.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/sha256.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

constexpr std::int64_t kHour_ns = 3600 * kSecond_ns;
// Nobody can lock a bucket, so what is younger stays unless the user says else.
constexpr std::int64_t kYoung_ns = 24 * kHour_ns;

ClientSettings settings_of(const BucketRequest& request) {
  ClientSettings settings;
  settings.connections = request.connections;
  settings.requests_per_second = request.requests_per_second;
  settings.stopped = request.stopped;
  return settings;
}

// Parts cannot be put aside, so what a run with --trash could not take back
// stays, and a dry run says the same.
void keep_uploads_in_parts(const std::vector<PendingParts>& pending,
                           Survey& survey) {
  for (const PendingParts& parts : pending) {
    const auto repository = std::ranges::lower_bound(
        survey.inventory.repositories, parts.repository, {}, &Repository::name);
    if (parts.id.empty() || repository == survey.inventory.repositories.end() ||
        repository->name != parts.repository)
      continue;
    for (Upload& upload : repository->uploads)
      if (upload.id == parts.id) upload.recognised = false;
    Finding finding;
    finding.kind = FindingKind::upload_in_parts;
    finding.repository = parts.repository;
    finding.path = layout::upload(parts.repository, parts.id);
    finding.detail = "stays; without --trash its parts are aborted";
    survey.diagnosis.findings.push_back(std::move(finding));
  }
  sort_findings(survey.diagnosis.findings);
}

}  // namespace

BucketStorage::BucketStorage(const NamedBucket& bucket,
                             const BucketRequest& request)
    : location_(bucket.location),
      request_(request),
      readonly_(bucket.config && bucket.config->readonly),
      store_(open_bucket(location_, settings_of(request), counts_)),
      root_(*store_, location_.prefix, static_cast<int>(request.connections)),
      reader_(root_) {
  root_.believes_checksums = request.checksums;
}

Survey BucketStorage::take_survey(bool proxy_cache, const StopRequest& stop,
                                  SurveyProgress& progress) const {
  return unless_stopped<Survey>(stop, [&] {
    const std::unique_ptr<ManifestCache> cache = open_cache();
    BucketSurvey taken = take_bucket_survey(root_, proxy_cache, stop, progress,
                                            emptied_, cache.get());
    if (cache && !stop.requested()) cache->save();
    scan_ = std::move(taken.scan);
    if (aside_) keep_uploads_in_parts(scan_.pending, taken.survey);
    return std::move(taken.survey);
  });
}

std::unique_ptr<ManifestSource> BucketStorage::manifests() const {
  return std::make_unique<BucketManifests>(root_, scan_);
}

std::unique_ptr<ManifestCache> BucketStorage::open_cache() const {
  if (request_.cache_file.empty()) return nullptr;
  return std::make_unique<ManifestCache>(request_.cache_file, identity(),
                                         request_.say);
}

// A bucket is listed about as fast as a repository of it.
Inventory BucketStorage::scan_named(const std::vector<ImageRef>&,
                                    const StopRequest& stop,
                                    ScanProgress& progress) const {
  return unless_stopped<Inventory>(stop, [&] {
    return scan_bucket(root_, stop, progress, emptied_).inventory;
  });
}

Exclusivity BucketStorage::make_exclusive() {
  Exclusivity result;
  if (request_.registry_stopped || readonly_) return result;
  if (request_.registry_url.empty()) {
    result.refusals.push_back(
        {"nobody can see from here whether a registry writes to this bucket",
         "stop the registry and say --registry-stopped; or make it read-only "
         "and name its configuration with --config, or its address with "
         "--registry-url, which is asked"});
    return result;
  }
  if (auto refusal = probe_registry(request_.registry_url))
    result.refusals.push_back(std::move(*refusal));
  return result;
}

// In a bucket with versions the trash is a list of versions that are hidden in
// the registry's own keys.
std::vector<Refusal> BucketStorage::lock_out_others() {
  return make_exclusive().refusals;
}

std::unique_ptr<WriteWatch> BucketStorage::watch(const Inventory& scanned,
                                                 StopRequest& stop,
                                                 LookForNewcomers) {
  return std::make_unique<BucketWatch>(root_, scan_.stamps, scanned, stop,
                                       emptied_);
}

std::vector<Refusal> BucketStorage::use_trash(const std::string& run, bool) {
  try {
    aside_ = make_aside(root_, run);
    return {};
  } catch (const StorageError& error) {
    return {
        {fmt::format("nobody can tell whether the bucket keeps versions: {}",
                     error.what()),
         kWithoutTrash}};
  }
}

std::unique_ptr<TrashCan> BucketStorage::trash() {
  return std::make_unique<BucketTrash>(root_);
}

std::vector<TrashedRun> BucketStorage::quarantined() const {
  return dregs::quarantined(root_);
}

std::unique_ptr<Remover> BucketStorage::remover(const Inventory& scanned,
                                                std::int64_t) {
  return std::make_unique<BucketRemover>(root_, scan_, scanned, emptied_,
                                         aside_.get());
}

std::unique_ptr<LinkWriter> BucketStorage::link_writer() {
  return std::make_unique<BucketLinkWriter>(root_);
}

std::unique_ptr<Healer> BucketStorage::healer(const std::string& run) {
  return std::make_unique<BucketHealer>(root_, run);
}

// The address is asked again; the user's word does not change.
std::vector<Refusal> BucketStorage::reasons_of_newcomers() {
  return make_exclusive().refusals;
}

Surroundings BucketStorage::look_around() const {
  return dregs::look_around(root_);
}

// A push that goes on leaves its beginning where everybody sees it.
std::vector<Refusal> BucketStorage::signs_of_writers(
    const Inventory& inventory) const {
  const std::int64_t newest = store_->now_ns() - kHour_ns;
  for (const Repository& repository : inventory.repositories)
    for (const Upload& upload : repository.uploads)
      if (upload.changed_ns > newest)
        return {{fmt::format("an upload to {} began less than an hour ago",
                             escaped(repository.name)),
                 "stop the registry, and wait an hour"}};
  return {};
}

void BucketStorage::adapt(Policy& policy, bool min_age_said) const {
  policy.now_ns = store_->now_ns();
  if (!min_age_said) policy.min_age_ns = kYoung_ns;
}

std::optional<RequestsMade> BucketStorage::requests() const {
  RequestsMade made;
  made.list = counts_.list;
  made.get = counts_.get;
  made.head = counts_.head;
  made.remove = counts_.remove;
  made.put = counts_.put;
  made.retries = counts_.retries;
  const RequestPrices& prices = request_.prices;
  made.usd = static_cast<double>(made.list) * prices.list +
             static_cast<double>(made.get) * prices.get +
             static_cast<double>(made.head) * prices.head +
             static_cast<double>(made.put) * prices.put +
             static_cast<double>(made.remove) * prices.remove;
  made.prices = prices.source;
  return made;
}

Purged BucketStorage::purge(const Survey& survey, const Plan& plan,
                            const PurgeScope& scope, const StopRequest& stop) {
  Purged some = purge_versions(root_, survey, plan, scope, stop);
  if (!purged_) purged_.emplace();
  purged_->dry_run = some.dry_run;
  purged_->versions += some.versions;
  purged_->bytes += some.bytes;
  purged_->held += some.held;
  purged_->held_bytes += some.held_bytes;
  return some;
}

// Of the name, since a bucket has no number.
std::uint64_t BucketStorage::identity() const {
  const Digest digest =
      sha256(fmt::format("{}/{}/{}", endpoint_host(location_.address),
                         location_.address.bucket, location_.prefix));
  return digest.word(0) >> 1;  // JSON readers take 63 bits
}

}  // namespace dregs
