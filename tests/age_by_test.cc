// `--age-by`: which time of a file says how old it is, where chown, a restore
// or Kubernetes' fsGroup has renewed every ctime. Setting an mtime renews the
// ctime, so that each test has such a store.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <limits>
#include <thread>

#include "scanner/formats/sha256.h"
#include "scanner/inventory/inventory.h"
#include "tests/command_run.h"
#include "tests/gc_run.h"

namespace dregs {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Paths = std::set<std::string>;

constexpr auto kOldUpload = "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e21";

class WhichTime : public ::testing::Test {
 protected:
  void SetUp() override {
    store_.image("app", "v1", {"base"});
    garbage_ = store_.blob("garbage");
    store_.set_age(StoreBuilder::blob_path(garbage_), 1000h);
    store_.upload("app", kOldUpload, 1000h, "half");
    temporary_ = store_.temp_file(
        StoreBuilder::layer_link_path("app", sha256("unfinished")));
    store_.set_age(temporary_, 1000h);
  }

  Paths removed_by(const std::vector<std::string>& flags) const {
    std::vector<std::string> all = {"-n", "--min-age", "100h"};
    all.insert(all.end(), flags.begin(), flags.end());
    return run_gc(store_, all).removed();
  }

  StoreBuilder store_;
  Digest garbage_;
  std::string temporary_;
};

TEST_F(WhichTime, IsTheYoungerOfBothUnlessSaid) {
  EXPECT_EQ(removed_by({}), Paths{});
  EXPECT_EQ(removed_by({"--age-by", "ctime"}), Paths{});
}

TEST_F(WhichTime, MtimeLetsOldBlobsUploadsAndTemporaryFilesGo) {
  const Paths gone = removed_by({"--age-by", "mtime"});
  const std::string blob = StoreBuilder::blob_path(garbage_);
  EXPECT_TRUE(gone.contains(in_root(blob.substr(0, blob.rfind('/')))));
  EXPECT_TRUE(
      gone.contains(in_root(StoreBuilder::upload_path("app", kOldUpload))));
  EXPECT_TRUE(gone.contains(in_root(temporary_)));
  EXPECT_EQ(
      run_gc(store_, {"--min-age", "100h", "--age-by", "mtime"}).removed(),
      gone);
  EXPECT_FALSE(store_.has_blob(garbage_));
}

// A clock that was wrong when they were written.
TEST_F(WhichTime, CtimeLetsGoWhatWasWrittenInTheFuture) {
  store_.set_age(StoreBuilder::blob_path(garbage_), -1000h);
  EXPECT_EQ(run_gc(store_, {"-n", "--min-age", "1s"}).removed("blob"), Paths{});
  // The scan may count the ctime up to a second younger than it is.
  std::this_thread::sleep_for(2100ms);
  EXPECT_EQ(run_gc(store_, {"-n", "--min-age", "1s", "--age-by", "ctime"})
                .removed("blob")
                .size(),
            1u);
}

TEST_F(WhichTime, WhatStaysForItsCtimeAloneIsSaidWithTheWayOut) {
  const GcRun run = run_gc(store_, {"-n", "--min-age", "100h"});
  EXPECT_EQ(run.exit_code, 0);
  const std::string detail = run.finding("renewed-times").at("detail");
  EXPECT_THAT(detail, HasSubstr("3 blobs, uploads and temporary files"));
  EXPECT_THAT(detail, HasSubstr("--age-by mtime"));
  EXPECT_THAT(run_dregs(store_, {"gc", "-n"}).out, HasSubstr("--age-by mtime"));
}

TEST_F(WhichTime, NothingIsSaidWhereTimesAreAsAPushLeavesThem) {
  store_.set_age(StoreBuilder::blob_path(garbage_), 50min);
  for (const std::string& path :
       {StoreBuilder::upload_path("app", kOldUpload), temporary_})
    store_.remove(path);
  const GcRun run = run_gc(store_, {"-n", "--min-age", "30m"});
  EXPECT_EQ(run.finding("renewed-times"), nullptr);
}

TEST_F(WhichTime, WhatIsNoTimeOfAFileIsRefusedWithTheTwoThatAre) {
  const ProgramResult result = run_dregs(store_, {"gc", "--age-by", "atime"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("mtime"));
}

TEST_F(WhichTime, ASavedPlanKeepsToIt) {
  const std::string plan = store_.root().string() + ".plan";
  run_gc(store_,
         {"-n", "--age-by", "mtime", "--min-age", "100h", "--plan", plan});
  const ProgramResult applied = run_dregs(store_, {"apply", plan});
  EXPECT_EQ(applied.exit_code, 0) << applied.err << applied.out;
  EXPECT_FALSE(store_.has_blob(garbage_));
  std::filesystem::remove(plan);
}

// The scan keeps one time whole and the other by its distance.
TEST(BlobTimes, AreWhatTheyWereOrLessOldByLessThanASecond) {
  constexpr std::int64_t kS = 1'000'000'000;
  constexpr std::int64_t kNow = 1'800'000'000 * kS + 5;
  for (const FileTimes times :
       {FileTimes{kNow, kNow}, FileTimes{kNow - 3600 * kS, kNow},
        FileTimes{kNow, kNow - 3600 * kS - 7}, FileTimes{0, kNow},
        FileTimes{kNow - kS + 1, kNow}}) {
    Blob blob;
    blob.set_times(times);
    EXPECT_EQ(blob.changed_ns, times.newest());
    EXPECT_GE(blob.times().mtime_ns, times.mtime_ns);
    EXPECT_LT(blob.times().mtime_ns, times.mtime_ns + kS);
    EXPECT_GE(blob.times().ctime_ns, times.ctime_ns);
    EXPECT_LT(blob.times().ctime_ns, times.ctime_ns + kS);
  }
}

TEST(BlobTimes, ThatLieTooFarApartCountAsLessOld) {
  Blob blob;
  const FileTimes times = {std::numeric_limits<std::int64_t>::min() / 2,
                           std::numeric_limits<std::int64_t>::max() / 2};
  blob.set_times(times);
  EXPECT_EQ(blob.times().ctime_ns, times.ctime_ns);
  EXPECT_GT(blob.times().mtime_ns, times.mtime_ns);
}

}  // namespace
}  // namespace dregs
