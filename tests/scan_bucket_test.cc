// Reading a registry in object storage: how few requests it takes, and what
// happens where the storage does not say what a disk would.
#include "scanner/bucket/scan_bucket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gc/survey/take_bucket_survey.h"
#include "tests/memory_bucket.h"

namespace dregs {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kUploadId = "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e21";

class ScanBucket : public ::testing::Test {
 protected:
  const BucketSurvey& survey() {
    bucket_.fill(store_);
    return survey_as_it_is();
  }

  const BucketSurvey& survey_as_it_is() {
    SurveyProgress progress;
    survey_ =
        take_bucket_survey({bucket_, "registry", 4}, false, stop_, progress);
    return survey_;
  }

  const Repository& repository(const std::string& name) const {
    for (const Repository& each : survey_.survey.inventory.repositories)
      if (each.name == name) return each;
    throw std::runtime_error("no repository " + name);
  }

  std::vector<FindingKind> findings() const {
    std::vector<FindingKind> kinds;
    for (const Finding& finding : survey_.survey.diagnosis.findings)
      kinds.push_back(finding.kind);
    return kinds;
  }

  bool pinned(const std::string& name) const {
    const auto& repositories = survey_.survey.inventory.repositories;
    for (std::size_t i = 0; i < repositories.size(); ++i)
      if (repositories[i].name == name)
        return !survey_.survey.diagnosis.pins[i].empty();
    return false;
  }

  std::set<std::string> blob_keys(const std::vector<Digest>& digests) const {
    std::set<std::string> keys;
    for (const Digest& digest : digests)
      keys.insert(bucket_.key(StoreBuilder::blob_path(digest)));
    return keys;
  }

  std::set<std::string> keys_read() const {
    const std::vector<std::string> keys = bucket_.keys_read();
    return {keys.begin(), keys.end()};
  }

  StoreBuilder store_;
  MemoryBucket bucket_;
  StopRequest stop_;
  BucketSurvey survey_;
};

TEST_F(ScanBucket, ReadsEachManifestOnceAndNoLink) {
  const BuiltImage v1 = store_.image("team/app", "v1", {"base", "app"});
  const BuiltImage v2 = store_.image("team/app", "v2", {"base", "new"});
  store_.image("other", "v1", {"base", "app"});  // the same manifest
  const Digest index =
      store_.index("team/app", "both", {v1.manifest, v2.manifest});
  store_.image("team/app", "512", {"far"}, {.sha512_layers = true});
  survey();
  const BuiltImage far =
      store_.image("team/app", "512", {"far"}, {.sha512_layers = true});
  EXPECT_EQ(keys_read(),
            blob_keys({v1.manifest, v2.manifest, index, far.manifest}));
  const MemoryRequests counts = bucket_.counts();
  EXPECT_EQ(counts.gets, 4);
  EXPECT_EQ(counts.lists, 3);  // one page, and two files beside the registry
  EXPECT_EQ(counts.pending_lists, 1);
  EXPECT_EQ(counts.part_lists, 0);
  EXPECT_EQ(survey_.scan.links_read, 0);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(ScanBucket, ListsAtMostAPageForEachThousandKeysAndAFewMore) {
  for (int i = 0; i < 40; ++i)
    store_.image("app" + std::to_string(i), "v1", {"base", std::to_string(i)});
  bucket_.page_size = 10;
  survey();
  EXPECT_LE(bucket_.counts().lists, bucket_.size() / 10 + 512);
  EXPECT_EQ(survey_.survey.inventory.repositories.size(), 40);
}

TEST_F(ScanBucket, FindsTheTargetOfATagThatWasMovedBackByItsHistory) {
  const BuiltImage old = store_.image("app", "v1", {"old"});
  store_.image("app", "v1", {"new"});
  store_.move_tag("app", "v1", old.manifest);
  survey();
  EXPECT_EQ(survey_.scan.links_read, 0);
  EXPECT_EQ(repository("app").tags.at(0).current, old.manifest);
  EXPECT_EQ(repository("app").history.size(), 1);
}

TEST_F(ScanBucket, ReadsALinkWhoseETagIsOfAnotherDigest) {
  const BuiltImage app = store_.image("app", "v1", {"base"});
  const Digest other = store_.image("app", "v2", {"other"}).manifest;
  const std::string link = StoreBuilder::layer_link_path("app", app.layers[0]);
  store_.write(link, other.to_string());
  survey();
  EXPECT_THAT(keys_read(), ::testing::Contains(bucket_.key(link)));
  EXPECT_THAT(repository("app").led_to, ElementsAre(other));
  EXPECT_THAT(findings(), ElementsAre(FindingKind::mismatched_link));
  EXPECT_TRUE(pinned("app"));
}

TEST_F(ScanBucket, ReadsOnlyLinksThatDecideSomethingWhereETagsAreNoMd5s) {
  std::vector<std::string> layers;
  for (int i = 0; i < 300; ++i) layers.push_back(std::to_string(i));
  const BuiltImage app = store_.image("app", "v1", layers);
  bucket_.fill(store_);
  bucket_.hide_md5s();
  survey_as_it_is();
  EXPECT_EQ(survey_.scan.links_read, 2);  // the revision and the tag
  EXPECT_EQ(survey_.scan.links_taken_by_name, 301);
  EXPECT_EQ(repository("app").layers.size(), 301);
  EXPECT_EQ(repository("app").tags.at(0).current, app.manifest);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(ScanBucket, ReadsFewLayerLinksWhereverETagsAreNoMd5s) {
  const BuiltImage app = store_.image("app", "v1", {"base", "app"});
  store_.write(StoreBuilder::layer_link_path("app", app.layers[0]),
               app.layers[1].to_string());
  bucket_.fill(store_);
  bucket_.hide_md5s();
  survey_as_it_is();
  EXPECT_EQ(survey_.scan.links_taken_by_name, 0);
  EXPECT_THAT(findings(), ElementsAre(FindingKind::mismatched_link));
}

TEST_F(ScanBucket, CountsTheBytesOfAnUploadThatShowsNoData) {
  store_.image("app", "v1", {"base"});
  bucket_.fill(store_);
  const std::string upload = StoreBuilder::upload_path("app", kUploadId);
  bucket_.put_at(upload + "/startedat", "2026-11-01T00:00:00Z");
  bucket_.begin_upload(bucket_.key(upload + "/data"), 5'000'000, 1000);
  survey_as_it_is();
  const Upload found = repository("app").uploads.at(0);
  EXPECT_EQ(found.id, kUploadId);
  EXPECT_EQ(found.bytes, 5'000'020);
  EXPECT_TRUE(found.recognised);
  EXPECT_GT(found.changed_ns, 1000);  // startedat is younger
  EXPECT_EQ(survey_.scan.pending.at(0).repository, "app");
  EXPECT_EQ(bucket_.counts().part_lists, 1);
}

TEST_F(ScanBucket, SeesAnUploadOfWhichOnlyTheStorageKnows) {
  store_.image("app", "v1", {"base"});
  bucket_.fill(store_);
  bucket_.begin_upload(
      bucket_.key(StoreBuilder::upload_path("new", kUploadId) + "/data"), 7,
      1000);
  bucket_.begin_upload("another-registry/data", 9, 1000);
  survey_as_it_is();
  EXPECT_EQ(repository("new").uploads.at(0).bytes, 7);
  EXPECT_EQ(repository("new").uploads.at(0).changed_ns, 1000);
  EXPECT_EQ(survey_.scan.pending.size(), 1);
}

TEST_F(ScanBucket, PinsWhatAManifestThatMayNotBeReadBelongsTo) {
  const BuiltImage app = store_.image("app", "v1", {"base"});
  store_.image("free", "v1", {"other"});
  const std::string key = bucket_.key(StoreBuilder::blob_path(app.manifest));
  bucket_.fail_get.emplace(key,
                           StorageError("AccessDenied", 403, "not allowed"));
  survey();
  EXPECT_TRUE(pinned("app"));
  EXPECT_FALSE(pinned("free"));
}

TEST_F(ScanBucket, PinsWhatALinkThatMayNotBeReadBelongsTo) {
  const BuiltImage app = store_.image("app", "v1", {"base"});
  const std::string link = StoreBuilder::revision_path("app", app.manifest);
  store_.write(link, std::string(71, 'x'));
  bucket_.fail_get.emplace(bucket_.key(link),
                           StorageError("AccessDenied", 403, "not allowed"));
  survey();
  EXPECT_THAT(findings(), ElementsAre(FindingKind::unreadable_file));
  EXPECT_TRUE(pinned("app"));
}

TEST_F(ScanBucket, EndsWhereTheStorageDoesNotAnswer) {
  const BuiltImage app = store_.image("app", "v1", {"base"});
  bucket_.fail_get.emplace(bucket_.key(StoreBuilder::blob_path(app.manifest)),
                           StorageError("SlowDown", 503, "too many requests"));
  EXPECT_THROW(survey(), StorageError);
}

TEST_F(ScanBucket, CountsKeysThatStandForFoldersAndConcludesNothing) {
  store_.image("app", "v1", {"base"});
  bucket_.fill(store_);
  for (const char* folder : {"", "repositories/", "repositories/app/",
                             "repositories/app/_layers/", "blobs/sha256/00/"})
    bucket_.put_at(folder, "");
  survey_as_it_is();
  ASSERT_THAT(findings(), ElementsAre(FindingKind::litter));
  EXPECT_THAT(survey_.survey.diagnosis.findings[0].detail,
              ::testing::HasSubstr("this is the first of 4"));
  EXPECT_FALSE(pinned("app"));
}

TEST_F(ScanBucket, LeavesOtherFilesBesideDataAlone) {
  const BuiltImage app = store_.image("app", "v1", {"base"});
  const std::string beside =
      StoreBuilder::blob_path(app.layers[0]) + ".sha256sum";
  store_.write(beside, "somebody's");
  survey();
  ASSERT_THAT(findings(), ElementsAre(FindingKind::foreign_entry));
  EXPECT_EQ(survey_.survey.diagnosis.findings[0].path, beside);
}

TEST_F(ScanBucket, TellsWhichRepositoriesChangedSinceTheScan) {
  store_.image("app", "v1", {"base"});
  const BuiltImage team = store_.image("team/app", "v1", {"base"});
  survey();
  const BucketRoot root(bucket_, "registry", 4);
  EXPECT_EQ(stamp_bucket(root, stop_), survey_.scan.stamps);
  bucket_.put_at(StoreBuilder::tag_path("team/app", "v2"),
                 team.manifest.to_string());
  bucket_.put_at(StoreBuilder::tag_path("new", "v1"),
                 team.manifest.to_string());
  const BucketStamps after = stamp_bucket(root, stop_);
  EXPECT_THAT(changed_repositories(survey_.scan.stamps, after),
              ElementsAre("new", "team/app"));
  EXPECT_EQ(after.blobs, survey_.scan.stamps.blobs);
}

TEST_F(ScanBucket, TellsThatAnObjectWasWrittenAnewWithTheSameBytes) {
  const BuiltImage app = store_.image("app", "v1", {"base"});
  survey();
  bucket_.put_at(StoreBuilder::blob_path(app.layers[0]), "base");
  const BucketRoot root(bucket_, "registry", 4);
  EXPECT_NE(stamp_bucket(root, stop_).blobs, survey_.scan.stamps.blobs);
}

TEST_F(ScanBucket, SeesThatTheRegistryIsACacheOrHasADatabase) {
  store_.image("app", "v1", {"base"});
  bucket_.fill(store_);
  bucket_.put("registry/scheduler-state.json", "{}");
  bucket_.put_at("../lockfiles/other", "");
  survey_as_it_is();
  EXPECT_TRUE(survey_.survey.surroundings.proxy_cache);
  EXPECT_FALSE(survey_.survey.surroundings.database_in_use);
  bucket_.put("registry/docker/registry/lockfiles/database-in-use", "");
  survey_as_it_is();
  EXPECT_TRUE(survey_.survey.surroundings.database_in_use);
}

}  // namespace
}  // namespace dregs
