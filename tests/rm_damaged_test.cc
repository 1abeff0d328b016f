// `rm` where something is wrong: with what it is to remove, or beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/command_run.h"
#include "tests/gc_run.h"
#include "tests/mounted_store.h"
#include "tests/ordinary_user.h"
#include "tests/paths.h"

namespace dregs {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
namespace fs = std::filesystem;

JsonRun rm_damaged(const StoreBuilder& store, std::vector<std::string> words) {
  words.insert(words.begin(), "rm");
  return run_for_json(store, words);
}

TEST(Rm, NothingGoesFromARepositoryThatHoldsASymbolicLink) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  fs::rename(store.v2() / "repositories/app/_layers",
             store.root() / "elsewhere");
  store.symlink(store.root() / "elsewhere", "repositories/app/_layers");
  const TreeSnapshot before = store.snapshot();
  for (const char* ref : {"app", "app:v1"}) {
    const JsonRun refused = rm_damaged(store, {ref});
    EXPECT_EQ(refused.exit_code, 3) << ref;
    EXPECT_THAT(refused.err, HasSubstr("look at repositories/app/_layers"));
    EXPECT_EQ(store.snapshot(), before);
  }
}

TEST(Rm, NothingGoesFromARepositoryWithAnotherFilesystemInIt) {
  if (!can_mount()) GTEST_SKIP() << "may not mount";
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const TreeSnapshot before = store.snapshot();
  const ProgramResult refused =
      run_program({"unshare", "--mount", "sh", "-ec",
                   "cd \"$0\"; mount --bind . .; exec \"$@\"",
                   store.v2() / "repositories/app/_layers", kDregsProgram, "rm",
                   "app:v1", "--root", store.root()});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.err, HasSubstr("the mount of another filesystem"));
  EXPECT_EQ(store.snapshot(), before);
}

// What a bad link means nobody knows, and it is not the tag's.
TEST(Rm, ATagGoesFromARepositoryThatABadLinkPinsAndFreesNothing) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.write(StoreBuilder::layer_link_path("app", store.layer("app", "spare")),
              "nonsense");
  const Digest unneeded = store.layer("app", "unneeded");
  EXPECT_EQ(rm_damaged(store, {"-n", "--gc", "app:v1"}).report["frees"], 0);
  EXPECT_EQ(rm_damaged(store, {"--gc", "app:v1"}).report["frees"], 0);
  EXPECT_FALSE(store.has(StoreBuilder::tag_folder("app", "v1")));
  EXPECT_TRUE(store.has_blob(unneeded));
}

TEST(Rm, TheTagWhoseBadLinkPinsGoesAndItsRepositoryIsCollectedAgain) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.write(StoreBuilder::tag_path("app", "v2"), "nonsense");
  const Digest unneeded = store.layer("app", "unneeded");
  EXPECT_TRUE(run_gc(store, {"-n"}).pinned("app"));
  const JsonRun dry = rm_damaged(store, {"-n", "--gc", "app:v2"});
  EXPECT_EQ(dry.report["frees"], 8);
  EXPECT_EQ(dry.report["findings"], Json::array());
  const JsonRun run = rm_damaged(store, {"--gc", "app:v2"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["frees"], 8);
  EXPECT_FALSE(store.has_blob(unneeded));
  EXPECT_TRUE(store.has(StoreBuilder::tag_path("app", "v1")));
}

// What it may have meant is kept as long as it may be mended.
TEST(Rm, WhatTheHistoryOfABrokenTagLedToIsFreedWithIt) {
  StoreBuilder store;
  const Digest old = store.image("app", "v1", {"old"}).manifest;
  const Digest kept = store.image("app", "v2", {"kept"}).manifest;
  for (const char* tag : {"v1", "v2"}) store.image("app", tag, {"new"});
  store.delete_manifest("app", old);
  store.delete_manifest("app", kept);
  for (const char* tag : {"v1", "v2"})
    store.write(StoreBuilder::tag_path("app", tag), "");
  store.remove(StoreBuilder::tag_path("app", "v2"));
  const int dry = rm_damaged(store, {"-n", "--gc", "app:v1"}).report["frees"];
  EXPECT_GT(dry, 0);
  EXPECT_EQ(rm_damaged(store, {"--gc", "app:v1"}).report["frees"], dry);
  EXPECT_FALSE(store.has_blob(old));
  EXPECT_TRUE(store.has_blob(kept));
}

TEST(Rm, AManifestThatOnlyATagNamesGoesWithTheTag) {
  StoreBuilder store;
  const Digest lost = store.image("app", "v1", {"base"}).manifest;
  store.image("app", "v2", {"two"});
  store.remove(
      fs::path(StoreBuilder::revision_path("app", lost)).parent_path());
  const JsonRun run = rm_damaged(store, {"app@" + lost.to_string()});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_FALSE(store.has(StoreBuilder::tag_folder("app", "v1")));
  EXPECT_TRUE(store.has(StoreBuilder::tag_path("app", "v2")));
}

TEST(Rm, ATagsHistoryGoesWithWhatACrashLeftInIt) {
  StoreBuilder store;
  const Digest image = store.image("app", "v1", {"base"}).manifest;
  store.temp_file(StoreBuilder::history_path("app", "v1", image));
  const JsonRun run = rm_damaged(store, {"app:v1"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_FALSE(store.has(StoreBuilder::tag_folder("app", "v1")));
}

TEST(Rm, ATagWhoseHistoryHoldsWhatNobodyKnowsStays) {
  StoreBuilder store;
  const Digest image = store.image("app", "v1", {"base"}).manifest;
  const std::string history = StoreBuilder::history_path("app", "v1", image);
  const std::string precious = history.substr(0, history.size() - 4) + "a/link";
  store.write(precious, "mine");
  const JsonRun run = rm_damaged(store, {"app:v1"});
  EXPECT_EQ(run.exit_code, 4) << run.err;
  EXPECT_EQ(run.report["removed"], Json::array());
  EXPECT_TRUE(store.has(StoreBuilder::tag_path("app", "v1")));
  EXPECT_TRUE(store.has(precious));
}

// It still serves: nobody may be told that it is gone.
TEST(Rm, ATagWhoseTargetCannotBeRemovedStaysWithItsHistory) {
  if (!can_be_ordinary_user()) GTEST_SKIP() << "cannot be an ordinary user";
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  fs::permissions(
      store.v2() / StoreBuilder::tag_folder("app", "v1") / "current",
      fs::perms::owner_exec);
  give_to_ordinary_user(store);
  const TreeSnapshot before = store.snapshot();
  std::vector<std::string> argv = as_ordinary_user();
  argv.insert(argv.end(), {kDregsProgram, "rm", "app:v1", "--json", "--root",
                           store.root().string()});
  const ProgramResult result = run_program(argv);
  EXPECT_EQ(result.exit_code, 4) << result.err;
  EXPECT_EQ(Json::parse(result.out)["removed"], Json::array());
  EXPECT_EQ(store.removed_since(before), std::set<std::string>());
}

TEST(Rm, ATagThatHasAFileForItsTargetGoesAndTheFileStays) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const std::string current =
      StoreBuilder::tag_folder("app", "v1") + "/current";
  store.remove(current);
  store.write(current, "mine");
  const JsonRun run = rm_damaged(store, {"app"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.report["findings"].dump(), HasSubstr("holds current"));
  EXPECT_FALSE(store.has(StoreBuilder::tag_folder("app", "v1") + "/index"));
  EXPECT_TRUE(store.has(current));
}

}  // namespace
}  // namespace dregs
