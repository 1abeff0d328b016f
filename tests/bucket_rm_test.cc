// `rm` in a bucket, where a repository whose last manifest went has no folders
// that would show it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/served_bucket.h"

namespace dregs {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class BucketRm : public testing::Test {
 protected:
  BucketRm() {
    bucket_.fill(store_);
    bucket_.age_everything(std::chrono::hours(48));
  }

  std::string revision() const {
    return StoreBuilder::revision_path("app", image_.manifest);
  }

  StoreBuilder store_;
  BuiltImage image_ = store_.image("app", "v1", {"base", "app"});
  ServedBucket bucket_;
};

TEST_F(BucketRm, TakesTheOnlyImageWithAllItsBlobsAsTheDryRunSaid) {
  const std::vector<std::string> rm = {"rm", "app:v1", "--gc", "--allow-empty"};
  const JsonRun said = bucket_.run_for_json({rm[0], rm[1], rm[2], rm[3], "-n"});
  const JsonRun run = bucket_.run_for_json(rm);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["frees"], said.report["frees"]);
  EXPECT_THAT(bucket_.served(), IsEmpty());
}

TEST_F(BucketRm, TakesTheOnlyManifestOfARepositoryBesideOthers) {
  StoreBuilder more;
  more.image("other", "v1", {"base", "other"});
  bucket_.fill(more);
  const JsonRun run =
      bucket_.run_for_json({"rm", "app@" + image_.manifest.to_string()});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_FALSE(bucket_.has(revision()));
}

// Whoever removes the manifests meanwhile is somebody else.
TEST_F(BucketRm, SaysWhatItRemovedWhereSomebodyElseWritesMeanwhile) {
  StoreBuilder more;
  more.image("other", "v1", {"base", "other"});
  bucket_.fill(more);
  bucket_.server().inject(
      {.on = Asked::remove_many,
       .kind = Fault::Kind::write,
       .text = ServedBucket::key("repositories/other/_uploads/x/startedat")});
  const JsonRun run = bucket_.run_for_json({"rm", "app:v1", "--gc"});
  EXPECT_EQ(run.exit_code, 4) << run.err;
  EXPECT_THAT(run.report["removed"], SizeIs(2));
  EXPECT_THAT(run.report["findings"].dump(), HasSubstr("tree-changed"));
  EXPECT_TRUE(bucket_.has(StoreBuilder::blob_path(image_.layers[1])));
}

}  // namespace
}  // namespace dregs
