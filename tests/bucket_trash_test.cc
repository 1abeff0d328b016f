// `--trash` and `dregs trash` in a bucket: what goes can come back, with the
// bucket's versions or without them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "gc/bucket/bucket_aside.h"
#include "gc/bucket/bucket_remover.h"
#include "gc/bucket/bucket_trash.h"
#include "gc/bucket/versions_of.h"
#include "tests/served_bucket.h"

namespace dregs {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class TrashedBucket : public testing::Test {
 protected:
  void fill(const std::string& versioning) {
    gone_ = store_.image("app", "old", {"base", "gone"});
    store_.remove("repositories/app/_manifests/tags/old");
    bucket_.fill(store_);
    bucket_.set_versioning(versioning);
  }

  JsonRun collect() {
    return bucket_.run_for_json({"gc", "-m", "--min-age", "0", "--trash"});
  }
  JsonRun restore() {
    return bucket_.run_for_json({"trash", "restore", "latest"});
  }
  nlohmann::json runs() {
    return bucket_.run_for_json({"trash", "ls"}).report["runs"];
  }
  std::string gone_blob() const {
    return StoreBuilder::blob_path(gone_.layers[1]);
  }
  std::string gone_revision() const {
    return StoreBuilder::revision_path("app", gone_.manifest);
  }

  StoreBuilder store_;
  BuiltImage kept_ = store_.image("app", "v1", {"base", "app"});
  BuiltImage other_ = store_.image("other", "v1", {"base", "other"});
  BuiltImage gone_;
  ServedBucket bucket_;
};

class BucketTrashOf : public TrashedBucket,
                      public testing::WithParamInterface<std::string> {
 protected:
  BucketTrashOf() { fill(GetParam()); }
};

TEST_P(BucketTrashOf, WhatGcMovedThereComesBackToTheLastKey) {
  const auto before = bucket_.served();
  const JsonRun gone = collect();
  EXPECT_EQ(gone.exit_code, 0) << gone.err;
  EXPECT_EQ(gone.report["bytes_freed"], 0);
  ASSERT_THAT(runs(), SizeIs(1));
  EXPECT_EQ(runs()[0]["run"], gone.report["trash"]["run"]);
  EXPECT_EQ(runs()[0]["files"], before.size() - bucket_.served().size());
  EXPECT_FALSE(bucket_.has(gone_blob()));
  const JsonRun back = restore();
  EXPECT_EQ(back.exit_code, 0) << back.err;
  EXPECT_EQ(bucket_.served(), before);
  EXPECT_THAT(bucket_.aside(), IsEmpty());
  EXPECT_THAT(runs(), IsEmpty());
}

TEST_P(BucketTrashOf, EmptyingItFreesEveryVersionAndHarmsNothing) {
  collect();
  const auto live = bucket_.served();
  const JsonRun early =
      bucket_.run_for_json({"trash", "empty", "--older-than", "1h"});
  EXPECT_THAT(early.report["runs"], IsEmpty());
  const JsonRun run = bucket_.run_for_json({"trash", "empty"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.report["runs"], SizeIs(1));
  EXPECT_EQ(bucket_.served(), live);
  if (GetParam() == "Suspended") return;  // markers stay there
  EXPECT_EQ(bucket_.versions(), live.size());
}

TEST_P(BucketTrashOf, NothingComesBackOverSomethingNewer) {
  collect();
  bucket_.put_at(gone_blob(), "pushed again");
  const JsonRun back = restore();
  EXPECT_EQ(back.exit_code, 4);
  EXPECT_THAT(back.report["left"].dump(), HasSubstr("something newer"));
  EXPECT_EQ(bucket_.read(gone_blob()), "pushed again");
  EXPECT_TRUE(bucket_.has(gone_revision()));
  EXPECT_THAT(runs(), SizeIs(1));
}

TEST_P(BucketTrashOf, WhatCannotBePutAsideIsNotRemoved) {
  const auto before = bucket_.served();
  bucket_.server().deny(GetParam() == "Enabled" ? Asked::put : Asked::copy);
  const JsonRun run = collect();
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_THAT(run.report["findings"].dump(), HasSubstr("access denied"));
  EXPECT_EQ(bucket_.served(), before);
}

TEST_P(BucketTrashOf, AnUploadWhosePartsCannotBeKeptStays) {
  const std::string upload =
      "repositories/app/_uploads/0a0a0a0a-0000-4000-8000-000000000000";
  bucket_.put_at(upload + "/startedat", "2020-01-01T00:00:00Z");
  bucket_.server().begin_upload(ServedBucket::key(upload + "/data"), {"part"});
  bucket_.age_everything(std::chrono::hours(1000));
  const JsonRun foreseen =
      bucket_.run_for_json({"gc", "-n", "-m", "--min-age", "0", "--trash"});
  const JsonRun run = collect();
  EXPECT_EQ(run.exit_code, 0) << run.report.dump(2);
  EXPECT_THAT(run.report["findings"].dump(), HasSubstr("upload-in-parts"));
  EXPECT_TRUE(bucket_.has(upload + "/startedat"));
  for (const char* key : {"uploads", "blobs", "findings"})
    EXPECT_EQ(foreseen.report[key], run.report[key]) << key;
  EXPECT_EQ(run.report["uploads"]["removed"], 0);
}

TEST_P(BucketTrashOf, ARemovalWithTheTrashForeseesWhatItDoes) {
  const std::string upload =
      "repositories/app/_uploads/0a0a0a0a-0000-4000-8000-000000000000";
  bucket_.put_at(upload + "/startedat", "2020-01-01T00:00:00Z");
  bucket_.server().begin_upload(ServedBucket::key(upload + "/data"), {"part"});
  bucket_.age_everything(std::chrono::hours(1000));
  const std::vector<std::string> rm = {"rm", "other", "--gc", "--trash"};
  std::vector<std::string> dry = rm;
  dry.insert(dry.end(), {"-n", "--list"});
  const JsonRun foreseen = bucket_.run_for_json(dry);
  EXPECT_THAT(foreseen.report["removals"].dump(),
              testing::Not(HasSubstr("_uploads")));
  EXPECT_EQ(bucket_.run_for_json(rm).exit_code, 0);
  EXPECT_TRUE(bucket_.has(upload + "/startedat"));
}

TEST_P(BucketTrashOf, OnlyLookingPutsNothingAside) {
  const auto before = bucket_.served();
  bucket_.run({"gc", "-n", "-m", "--min-age", "0", "--trash"});
  bucket_.run({"rm", "app", "-n", "--trash"});
  EXPECT_EQ(bucket_.served(), before);
  EXPECT_THAT(bucket_.aside(), IsEmpty());
}

TEST_P(BucketTrashOf, ARepositoryThatRmMovedThereComesBack) {
  const auto before = bucket_.served();
  bucket_.age_everything(std::chrono::hours(1000));
  const JsonRun gone = bucket_.run_for_json({"rm", "other", "--gc", "--trash"});
  EXPECT_EQ(gone.exit_code, 0) << gone.err;
  EXPECT_FALSE(bucket_.has(StoreBuilder::tag_path("other", "v1")));
  EXPECT_FALSE(bucket_.has(StoreBuilder::blob_path(other_.layers[1])));
  EXPECT_EQ(restore().exit_code, 0);
  EXPECT_EQ(bucket_.served(), before);
}

TEST_P(BucketTrashOf, NobodyRestoresBesideARegistryThatMayRun) {
  collect();
  const auto before = bucket_.served();
  for (const char* what : {"restore", "empty"})
    EXPECT_EQ(bucket_.run_unproved({"trash", what, "latest"}).exit_code, 3);
  EXPECT_EQ(bucket_.run_unproved({"trash", "ls"}).exit_code, 0);
  EXPECT_EQ(bucket_.served(), before);
}

INSTANTIATE_TEST_SUITE_P(Bucket, BucketTrashOf,
                         testing::Values("", "Enabled", "Suspended"),
                         [](const auto& each) {
                           return each.param.empty() ? "WithoutVersions"
                                                     : each.param;
                         });

class VersionedTrash : public TrashedBucket {
 protected:
  VersionedTrash() { fill("Enabled"); }

  // As a run does that is killed before the removal.
  void put_aside(const std::string& run, const std::string& path) {
    VersionedAside aside(bucket_.root(), run);
    const ObjectName name{ServedBucket::key(path), {}};
    ASSERT_THAT(aside.keep({&name, 1}), IsEmpty());
  }
  void remove(const std::string& path) {
    const ObjectName name{ServedBucket::key(path), {}};
    ASSERT_THAT(bucket_.root().store.remove({&name, 1}), IsEmpty());
  }
  BucketTrash trash() { return BucketTrash(bucket_.root()); }
};

TEST_F(VersionedTrash, WhatWasListedAndNeverWentIsNoGarbage) {
  const auto before = bucket_.served();
  put_aside("a", gone_blob());
  EXPECT_EQ(trash().empty("a"), "");
  EXPECT_EQ(bucket_.served(), before);
  put_aside("b", gone_blob());
  EXPECT_TRUE(trash().restore("b").complete());
  EXPECT_EQ(bucket_.served(), before);
  EXPECT_THAT(bucket_.aside(), IsEmpty());
}

TEST_F(VersionedTrash, NothingGoesWhenVersionsWereSwitchedOffMeanwhile) {
  VersionedAside aside(bucket_.root(), "a");
  bucket_.set_versioning("Suspended");
  const ObjectName name{ServedBucket::key(gone_blob()), {}};
  EXPECT_THAT(aside.keep({&name, 1}), SizeIs(1));
}

TEST_F(VersionedTrash, AVersionThatAnotherRunRemovedSinceStaysHidden) {
  put_aside("a", gone_blob());
  remove(gone_blob());
  bucket_.put_at(gone_blob(), "pushed again");
  remove(gone_blob());
  const Restored back = trash().restore("a");
  EXPECT_THAT(back.error, HasSubstr("removed since"));
  EXPECT_FALSE(bucket_.has(gone_blob()));
}

TEST_F(VersionedTrash, EveryMarkerOfARepeatedRequestIsTakenBack) {
  put_aside("a", gone_blob());
  remove(gone_blob());
  remove(gone_blob());
  EXPECT_TRUE(trash().restore("a").complete());
  EXPECT_EQ(bucket_.read(gone_blob()), "gone");
}

// No tag comes back to a manifest whose layer is lost.
TEST_F(VersionedTrash, ABlobThatIsLostKeepsWhatRefersToItInTheTrash) {
  collect();
  bucket_.forget_hidden(gone_blob());
  const JsonRun back = restore();
  EXPECT_EQ(back.exit_code, 4);
  EXPECT_FALSE(bucket_.has(gone_revision()));
  EXPECT_THAT(runs(), SizeIs(1));
}

TEST_F(VersionedTrash, EmptyingARunLeavesWhatAnotherHolds) {
  put_aside("a", gone_blob());
  put_aside("b", gone_blob());
  remove(gone_blob());
  EXPECT_EQ(trash().empty("a"), "");
  EXPECT_TRUE(trash().restore("b").complete());
  EXPECT_EQ(bucket_.read(gone_blob()), "gone");
}

// An older version would be served where only its marker went.
TEST_F(VersionedTrash, EmptyingItBringsNoOlderVersionBack) {
  bucket_.put_at(gone_blob(), "older");
  bucket_.put_at(gone_blob(), "gone");
  put_aside("a", gone_blob());
  remove(gone_blob());
  EXPECT_EQ(trash().empty("a"), "");
  EXPECT_FALSE(bucket_.has(gone_blob()));
}

TEST_F(VersionedTrash, AListThatIsCutRestoresAndRemovesNothing) {
  put_aside("a", gone_blob());
  remove(gone_blob());
  const auto before = bucket_.served();
  const std::string list =
      "registry/docker/registry/.dregs/" + bucket_.aside().at(0);
  std::string text = bucket_.server().bytes_of(list);
  text.resize(text.size() - 2);
  bucket_.server().put(list, text);
  EXPECT_THROW(trash().restore("a"), StorageError);
  EXPECT_THAT(trash().empty("a"), HasSubstr("no list"));
  EXPECT_THAT(trash().list().at(0).error, HasSubstr("no list"));
  EXPECT_EQ(bucket_.served(), before);
}

TEST_F(VersionedTrash, OnlyVersionsAndOwnObjectsAreRemovedForIt) {
  const auto before = bucket_.served();
  const std::string key = ServedBucket::key(gone_blob());
  const ObjectName served{key, {}};
  EXPECT_THAT(remove_versions(bucket_.root(), {&served, 1}), SizeIs(1));
  const ObjectName foreign{"another/registry", "null"};
  EXPECT_THAT(remove_versions(bucket_.root(), {&foreign, 1}), SizeIs(1));
  EXPECT_THAT(remove_own(bucket_.root(), {&key, 1}), SizeIs(1));
  EXPECT_EQ(bucket_.served(), before);
}

TEST(RemovedVersions, ComeBackAsTheyWereOrNotAtAll) {
  const std::vector<RemovedVersion> removed = {
      {"blobs/sha256/aa/aa/data", "null", 5},
      {"repositories/a b/_layers/link", "3/L4kq-.~", 71}};
  const std::string text = text_of(removed).value();
  EXPECT_EQ(parse_removed(text), removed);
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_EQ(parse_removed(text.substr(0, size)), std::nullopt);
  EXPECT_EQ(parse_removed(text + "x"), std::nullopt);
  EXPECT_EQ(text_of({{"blobs/a\nb", "v", 1}}), std::nullopt);
  EXPECT_EQ(text_of({{"blobs/a", "a b", 1}}), std::nullopt);
  EXPECT_EQ(text_of({{"../elsewhere", "v", 1}}), std::nullopt);
}

}  // namespace
}  // namespace dregs
