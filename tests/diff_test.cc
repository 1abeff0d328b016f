// `dregs diff` says what two registries do not have in common, and changes
// neither.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gc/saved/user_file.h"
#include "tests/ordinary_user.h"
#include "tests/paths.h"
#include "tests/served_bucket.h"

namespace dregs {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

// Two registries with one image in common.
class Diff : public testing::Test {
 protected:
  Diff() {
    for (StoreBuilder* store : {&a_, &b_})
      store->image("app", "same", {"base", "same"});
  }

  static ProgramResult diff(std::vector<std::string> words) {
    words.insert(words.begin(), {kDregsProgram, "diff"});
    return run_program(words);
  }

  static JsonRun diff_json(std::vector<std::string> words) {
    words.emplace_back("--json");
    const ProgramResult result = diff(words);
    return {result.exit_code, Json::parse(result.out), result.err};
  }

  JsonRun diff_json() {
    return diff_json({a_.root().string(), b_.root().string()});
  }

  // What `dregs ls WORDS --json` says of a store, in a file beside it.
  static std::string saved(const StoreBuilder& store,
                           const std::vector<std::string>& words) {
    std::string file = store.root().string() + "/saved.json";
    replace_file(run_for_json(store, words).report.dump(), file);
    return file;
  }

  StoreBuilder a_;
  StoreBuilder b_;
};

TEST_F(Diff, TheSameImagesAreNoDifference) {
  const JsonRun run = diff_json();
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.report["schema"], "dregs.diff/1");
  EXPECT_EQ(run.report["differ"], false);
  for (const char* key : {"tags", "manifests", "blobs", "findings"})
    EXPECT_EQ(run.report[key], Json::array()) << key;
  EXPECT_EQ(run.report["root"], a_.root().string());
  EXPECT_EQ(run.report["b"]["root"], b_.root().string());
}

TEST_F(Diff, NamesTagsManifestsAndBlobsThatOneLacks) {
  const BuiltImage old = a_.image("app", "moved", {"base", "old"});
  const BuiltImage fresh = b_.image("app", "moved", {"base", "fresh"});
  const BuiltImage more = b_.image("team/web", "v1", {"base"});
  const JsonRun run = diff_json();
  EXPECT_EQ(run.exit_code, 1);
  const Json tags = run.report["tags"];
  ASSERT_EQ(tags.size(), 2U);
  EXPECT_EQ(tags[0], Json({{"repository", "app"},
                           {"tag", "moved"},
                           {"difference", "differs"},
                           {"a", old.manifest.to_string()},
                           {"b", fresh.manifest.to_string()}}));
  EXPECT_EQ(tags[1]["difference"], "only_in_b");
  EXPECT_EQ(tags[1]["a"], nullptr);
  EXPECT_EQ(run.report["manifests"].size(), 3U);
  std::map<std::string, std::string> blobs;
  for (const Json& blob : run.report["blobs"])
    blobs[blob["digest"]] = blob["difference"];
  EXPECT_EQ(blobs.size(), 8U);
  EXPECT_EQ(blobs[old.layers[1].to_string()], "only_in_a");
  EXPECT_EQ(blobs[more.manifest.to_string()], "only_in_b");
}

TEST_F(Diff, ABlobOfAnotherSizeIsADifference) {
  const Digest cut = b_.image("app", "same", {"base", "same"}).layers[1];
  b_.truncate(cut, 1);
  const JsonRun run = diff_json();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.report["blobs"], Json({{{"digest", cut.to_string()},
                                        {"difference", "differs"},
                                        {"a", 4},
                                        {"b", 1}}}));
}

TEST_F(Diff, OnlyNamedRepositoriesCountWithTheirBlobs) {
  b_.image("other", "v1", {"elsewhere"});
  const std::vector<std::string> roots = {a_.root().string(),
                                          b_.root().string()};
  EXPECT_EQ(diff({roots[0], roots[1]}).exit_code, 1);
  EXPECT_EQ(diff({roots[0], roots[1], "a*"}).exit_code, 0);
  EXPECT_EQ(diff_json({roots[0], roots[1], "other"}).report["blobs"].size(),
            3U);
  const ProgramResult typo = diff({roots[0], roots[1], "apple"});
  EXPECT_EQ(typo.exit_code, 2);
  EXPECT_THAT(typo.err, HasSubstr("'apple' names no repository"));
}

TEST_F(Diff, ASavedListingHasTagsAloneAndSaysSo) {
  const std::string listing = saved(b_, {"ls", "**"});
  b_.lose(b_.image("app", "same", {"base", "same"}).layers[0]);
  EXPECT_EQ(diff({a_.root().string(), listing}).exit_code, 0);
  a_.image("app", "new", {"base"});
  const JsonRun run = diff_json({a_.root().string(), listing});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.report["tags"].size(), 1U);
  EXPECT_EQ(run.report["manifests"], nullptr);
  EXPECT_EQ(run.report["b"]["root"], nullptr);
  EXPECT_THAT(diff({a_.root().string(), listing}).out,
              HasSubstr("a saved listing has neither"));
}

TEST_F(Diff, AListingOfTheHistoryCountsForWhatEachTagIsNow) {
  for (StoreBuilder* store : {&a_, &b_})
    store->image("app", "same", {"base", "newer"});
  EXPECT_EQ(diff({a_.root().string(), saved(b_, {"ls", "**", "--history"})})
                .exit_code,
            0);
}

TEST_F(Diff, AListingOfRepositoriesAloneCannotBeCompared) {
  const ProgramResult run = diff({a_.root().string(), saved(b_, {"ls"})});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("save `dregs ls '**' --json`"));
}

TEST_F(Diff, AnythingElseIsOneLineAndExitCode2) {
  const std::string a = a_.root().string();
  const std::string text = a + "/text";
  replace_file("neither\n", text);
  replace_file("{\"schema\":\"dregs.ls/1\",\"tags\":[{}]}", a + "/bad.json");
  for (const std::string& other :
       {text, a + "/bad.json", a + "/nothing-here"}) {
    const ProgramResult run = diff({a, other});
    EXPECT_EQ(run.exit_code, 2) << other;
    EXPECT_THAT(run.err, HasSubstr(other));
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  }
  const ProgramResult rooted = diff({a, a, "--root", a});
  EXPECT_EQ(rooted.exit_code, 2);
  EXPECT_THAT(rooted.err, HasSubstr("leave out --root"));
}

TEST_F(Diff, SaysTheSameWithAnyNumberOfThreadsAndChangesNothing) {
  for (int i = 0; i < 40; ++i)
    (i % 2 == 0 ? a_ : b_)
        .image("r" + std::to_string(i % 7), "t" + std::to_string(i),
               {"base", std::to_string(i)});
  const TreeSnapshot before_a = a_.snapshot();
  const TreeSnapshot before_b = b_.snapshot();
  const std::vector<std::string> words = {a_.root().string(),
                                          b_.root().string(), "--verbose"};
  std::vector<std::string> alone = words;
  alone.insert(alone.end(), {"--jobs", "1"});
  EXPECT_EQ(diff(words).out, diff(alone).out);
  EXPECT_EQ(a_.snapshot(), before_a);
  EXPECT_EQ(b_.snapshot(), before_b);
}

TEST_F(Diff, WhatNobodyCanReadIsNotTheSame) {
  if (!can_be_ordinary_user())
    GTEST_SKIP() << "cannot run dregs as an ordinary user";
  const auto link = a_.v2() / StoreBuilder::tag_path("app", "same");
  std::filesystem::permissions(link, std::filesystem::perms::none);
  give_to_ordinary_user(a_);
  std::vector<std::string> words = as_ordinary_user();
  words.insert(words.end(), {program_for_ordinary_user(), "diff",
                             a_.root().string(), a_.root().string()});
  const ProgramResult run = run_program(words);
  EXPECT_EQ(run.exit_code, 1) << run.out;
  EXPECT_THAT(run.out, HasSubstr("Permission denied"));
}

TEST_F(Diff, AFolderAndItsCopyInABucketAreTheSame) {
  ServedBucket bucket;
  bucket.fill(a_);
  const std::vector<std::string> words = {"diff", a_.root().string(),
                                          ServedBucket::kUrl};
  const ProgramResult same = bucket.run_without_root(words);
  EXPECT_EQ(same.exit_code, 0) << same.out << same.err;
  a_.image("app", "new", {"base"});
  EXPECT_EQ(bucket.run_without_root(words).exit_code, 1);
}

}  // namespace
}  // namespace dregs
