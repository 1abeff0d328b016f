// `--purge-versions`: a bucket with versions frees bytes, and nothing goes that
// is served, that an image lacks, or that a trash holds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/served_bucket.h"

namespace dregs {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class PurgedBucket : public testing::Test {
 protected:
  PurgedBucket() {
    gone_ = store_.image("app", "old", {"base", "gone"});
    store_.remove("repositories/app/_manifests/tags/old");
    bucket_.set_versioning("Enabled");
    bucket_.fill(store_);
    bucket_.age_everything(std::chrono::hours(48));
  }

  JsonRun gc(std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"gc", "-m", "--min-age", "0"});
    return bucket_.run_for_json(words);
  }
  JsonRun purge(std::vector<std::string> words = {}) {
    words.emplace_back("--purge-versions");
    return gc(words);
  }
  std::string gone_blob() const {
    return StoreBuilder::blob_path(gone_.layers[1]);
  }
  void remove(const std::string& path) {
    const ObjectName name{ServedBucket::key(path), {}};
    ASSERT_THAT(bucket_.root().store.remove({&name, 1}), IsEmpty());
  }
  // Delete markers do not count.
  std::size_t versions_at(const std::string& path) {
    std::size_t count = 0;
    bucket_.server().with_bucket([&](const S3Bucket& bucket) {
      const auto found = bucket.keys.find(ServedBucket::key(path));
      if (found == bucket.keys.end()) return;
      for (const KeptVersion& version : found->second)
        count += version.is_delete_marker ? 0 : 1;
    });
    return count;
  }

  StoreBuilder store_;
  BuiltImage kept_ = store_.image("app", "v1", {"base", "app"});
  BuiltImage other_ = store_.image("other", "v1", {"base", "other"});
  BuiltImage gone_;
  ServedBucket bucket_;
};

TEST_F(PurgedBucket, WhatARunRemovesIsGoneForGoodWithItsOlderVersions) {
  bucket_.put_at(gone_blob(), "gone");
  bucket_.put_at(gone_blob(), "gone");
  const std::size_t before = bucket_.versions();
  const JsonRun foreseen = purge({"-n"});
  EXPECT_EQ(foreseen.exit_code, 0) << foreseen.err;
  EXPECT_EQ(bucket_.versions(), before);
  const JsonRun run = purge();
  EXPECT_EQ(run.exit_code, 0) << run.report.dump(2);
  EXPECT_EQ(run.report["purged"], foreseen.report["purged"]);
  EXPECT_EQ(bucket_.versions(), bucket_.served().size());
  EXPECT_EQ(run.report["purged"]["versions"], before - bucket_.versions());
  EXPECT_GT(run.report["purged"]["bytes"], 8);
  EXPECT_EQ(run.report["purged"]["held"], 0);
  EXPECT_FALSE(bucket_.has(gone_blob()));
  EXPECT_EQ(bucket_.run({"verify"}).exit_code, 0);
}

TEST_F(PurgedBucket, BlobsAndUploadsThatEarlierRemovalsHidGoToo) {
  const std::string upload = "repositories/app/_uploads/x/data";
  bucket_.put_at(upload, "moved to its blob");
  remove(upload);
  gc();
  ASSERT_EQ(versions_at(gone_blob()), 1U);
  const JsonRun run = purge();
  EXPECT_EQ(run.exit_code, 0) << run.report.dump(2);
  EXPECT_EQ(versions_at(gone_blob()), 0U);
  EXPECT_EQ(versions_at(upload), 0U);
  EXPECT_EQ(purge().report["purged"]["versions"], 0);
}

TEST_F(PurgedBucket, WhatIsServedKeepsItsOlderVersions) {
  const std::string tag = StoreBuilder::tag_path("app", "v1");
  bucket_.put_at(tag, kept_.manifest.to_string());
  purge();
  EXPECT_EQ(versions_at(tag), 2U);
}

// Taken back, the version would heal the image.
TEST_F(PurgedBucket, AHiddenBlobThatAnImageLacksStays) {
  const std::string layer = StoreBuilder::blob_path(kept_.layers[1]);
  remove(layer);
  EXPECT_EQ(purge().exit_code, 1);
  EXPECT_EQ(versions_at(layer), 1U);
}

TEST_F(PurgedBucket, WhereNeedsAreNotKnownNoHiddenBlobGoes) {
  gc();
  bucket_.put_at(StoreBuilder::blob_path(other_.manifest), "{}");
  EXPECT_EQ(purge().exit_code, 1);
  EXPECT_EQ(versions_at(gone_blob()), 1U);
}

TEST_F(PurgedBucket, WhatIsYoungStays) {
  bucket_.put_at(gone_blob(), "gone");
  remove(gone_blob());
  bucket_.run({"gc", "--purge-versions"});
  EXPECT_EQ(versions_at(gone_blob()), 2U);
}

TEST_F(PurgedBucket, WhatATrashHoldsComesBack) {
  const auto before = bucket_.served();
  EXPECT_EQ(gc({"--trash"}).exit_code, 0);
  EXPECT_EQ(purge().exit_code, 0);
  EXPECT_EQ(bucket_.run({"trash", "restore", "latest"}).exit_code, 0);
  EXPECT_EQ(bucket_.served(), before);
}

TEST_F(PurgedBucket, WhatObjectLockHoldsIsSaidAndStaysHidden) {
  gc();
  Fault locked;
  locked.on = Asked::remove_many;
  locked.kind = Fault::Kind::key_error;
  locked.times = -1;
  locked.code = "AccessDenied";
  locked.text = gone_.layers[1].hex();
  bucket_.server().inject(locked);
  const JsonRun run = purge();
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_THAT(run.report["findings"].dump(), HasSubstr("Object Lock"));
  EXPECT_EQ(run.report["purged"]["held"], 1);
  EXPECT_EQ(run.report["purged"]["held_bytes"], 4);
  EXPECT_EQ(versions_at(gone_blob()), 1U);
  EXPECT_FALSE(bucket_.has(gone_blob()));
}

TEST_F(PurgedBucket, RmForeseesWhatItPurges) {
  const std::vector<std::string> rm = {"rm", "other", "--gc",
                                       "--purge-versions"};
  std::vector<std::string> dry = rm;
  dry.emplace_back("-n");
  const JsonRun foreseen = bucket_.run_for_json(dry);
  const JsonRun run = bucket_.run_for_json(rm);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["purged"], foreseen.report["purged"]);
  EXPECT_GT(run.report["purged"]["versions"], 4);
}

TEST_F(PurgedBucket, NothingIsPurgedWhereVersionsCannotBeListed) {
  bucket_.server().deny(Asked::versions);
  const JsonRun run = purge();
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_THAT(run.report["findings"].dump(),
              HasSubstr("s3:ListBucketVersions"));
  EXPECT_EQ(versions_at(gone_blob()), 1U);
}

TEST_F(PurgedBucket, APersonIsToldHowMuch) {
  EXPECT_THAT(bucket_.run({"gc", "-m", "-n", "--purge-versions"}).out,
              HasSubstr("would be removed for good"));
}

TEST(PurgeVersions, IsForABucketThatKeepsThemAndNotBesideATrash) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const ProgramResult folder = run_dregs(store, {"gc", "--purge-versions"});
  EXPECT_EQ(folder.exit_code, 2);
  EXPECT_THAT(folder.err, HasSubstr("a folder keeps no versions"));
  EXPECT_EQ(run_dregs(store, {"gc", "--purge-versions", "--trash"}).exit_code,
            2);
  ServedBucket bucket;
  bucket.fill(store);
  const JsonRun run = bucket.run_for_json({"gc", "--purge-versions"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["purged"]["versions"], 0);
}

}  // namespace
}  // namespace dregs
