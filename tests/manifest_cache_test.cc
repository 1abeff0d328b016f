// `--cache FILE`: a bucket's manifests are read once, and not again as long as
// the bucket has the same objects. Whatever is in the file, the report is what
// it would be without it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/paths.h"
#include "tests/run_program.h"
#include "tests/served_bucket.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

class ManifestCacheFile : public testing::Test {
 protected:
  ManifestCacheFile() { bucket_.fill(store_); }

  JsonRun dry_run(bool with_cache = true) {
    std::vector<std::string> words = {"gc", "-n", "-m", "--list"};
    if (with_cache) words.insert(words.end(), {"--cache", file_});
    const std::uint64_t before = bucket_.server().count(Asked::get);
    JsonRun run = bucket_.run_for_json(words);
    gets_ = bucket_.server().count(Asked::get) - before;
    for (const char* each : {"requests", "seconds"}) run.report.erase(each);
    return run;
  }

  // What a run says of the file, whose report is the one of a run without it.
  std::string said() {
    const JsonRun right = dry_run(false);
    const JsonRun run = dry_run();
    EXPECT_EQ(run.exit_code, right.exit_code);
    EXPECT_EQ(run.report, right.report);
    return run.err;
  }

  std::string bytes() const { return store_.read(file_); }
  void write(const std::string& bytes) const {
    std::ofstream(file_, std::ios::binary) << bytes;
  }

  StoreBuilder store_;
  BuiltImage one_ = store_.image("app", "v1", {"base", "app"});
  BuiltImage two_ = store_.image("app", "v2", {"base", "more"});
  BuiltImage three_ = store_.image("other", "v1", {"base", "other"});
  ServedBucket bucket_;
  StoreBuilder folder_;
  std::string file_ = (folder_.root() / "cache").string();
  std::uint64_t gets_ = 0;
};

TEST_F(ManifestCacheFile, SavesEveryRequestForAManifestTheSecondTime) {
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_EQ(gets_, 3U);
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_EQ(gets_, 0U);
}

TEST_F(ManifestCacheFile, IsAskedByEveryCommandThatLooksAtAll) {
  dry_run();
  for (const char* command : {"gc", "du", "status"}) {
    const std::uint64_t before = bucket_.server().count(Asked::get);
    EXPECT_EQ(bucket_.run({command, "--cache", file_}).exit_code, 0);
    EXPECT_EQ(bucket_.server().count(Asked::get), before) << command;
  }
}

TEST_F(ManifestCacheFile, LearnsWhatIsNewAndForgetsWhatIsGone) {
  bucket_.age_everything(std::chrono::hours(48));
  dry_run();
  const std::string before = bytes();
  ASSERT_EQ(bucket_.run({"rm", "app:v2", "--gc"}).exit_code, 0);
  StoreBuilder more;
  more.image("new", "v1", {"base", "new"});
  bucket_.fill(more);
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_EQ(gets_, 1U);
  EXPECT_EQ(bytes().size(), before.size());
  said();
  EXPECT_EQ(gets_, 0U);
}

// The bytes in the file are sound still; those in the bucket are not.
TEST_F(ManifestCacheFile, KnowsNothingOfAnObjectThatWasWrittenAnew) {
  dry_run();
  bucket_.put_at(StoreBuilder::blob_path(one_.manifest), "damaged");
  EXPECT_THAT(said(), HasSubstr("is older than 1 manifest"));
  EXPECT_GE(gets_, 1U);
}

TEST_F(ManifestCacheFile, IsNotBelievedWhereAManifestInItWasChanged) {
  dry_run();
  std::string changed = bytes();
  changed[changed.find("schemaVersion")] = 'S';
  write(changed);
  EXPECT_THAT(said(), HasSubstr("is damaged in 1 manifest"));
  EXPECT_EQ(gets_, 1U);
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_EQ(gets_, 0U);
}

TEST_F(ManifestCacheFile, KnowsNothingWhereItIsCutShortOrItsIndexIsDamaged) {
  dry_run();
  const std::string whole = bytes();
  for (const std::size_t size :
       {whole.size() - 1, whole.size() / 2, std::size_t{30}, std::size_t{0}}) {
    SCOPED_TRACE(size);
    write(whole.substr(0, size));
    EXPECT_THAT(said(), HasSubstr("was changed or cut short"));
    EXPECT_EQ(gets_, 3U);
    EXPECT_EQ(bytes().size(), whole.size());
  }
  std::string damaged = whole;
  damaged[damaged.size() - 60] ^= 1;
  write(damaged);
  EXPECT_THAT(said(), HasSubstr("was changed or cut short"));
}

TEST_F(ManifestCacheFile, KnowsNothingOfAnotherBucket) {
  dry_run();
  std::string other = bytes();
  ServedBucket bucket;  // at another port
  bucket.fill(store_);
  EXPECT_THAT(bucket.run({"gc", "-n", "--cache", file_}).err,
              HasSubstr("is of another bucket"));
  EXPECT_EQ(bucket.server().count(Asked::get), 3U);
}

TEST_F(ManifestCacheFile, OverwritesNoFileThatIsNoCache) {
  write("version: 0.1\n");
  EXPECT_THAT(said(), HasSubstr("is not one that dregs wrote"));
  EXPECT_EQ(bytes(), "version: 0.1\n");
}

TEST_F(ManifestCacheFile, SaysWhereItCannotBeWritten) {
  file_ = (folder_.root() / "nowhere" / "cache").string();
  EXPECT_THAT(said(), HasSubstr("was not written: No such file or directory"));
}

TEST_F(ManifestCacheFile, IsForABucketAlone) {
  const ProgramResult run =
      run_program({kDregsProgram, "gc", "-n", "--root", store_.root().string(),
                   "--cache", file_});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("--cache is for a bucket"));
}

}  // namespace
}  // namespace dregs
