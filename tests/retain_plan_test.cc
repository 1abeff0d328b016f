// `retain --plan` and `apply`: the policy judges again, and nothing goes but
// what a person looked at.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/retention_run.h"

namespace dregs {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
namespace fs = std::filesystem;

class RetainPlan : public testing::Test {
 protected:
  RetainPlan() {
    old_ = store_.push("app", "pr-1", 90);
    other_ = store_.push("app", "pr-2", 80);
    store_.push("app", "latest", 1);
    store_.push("app", "v1", 300);
  }
  ~RetainPlan() override { fs::remove(plan_); }

  RetainRun save(std::vector<std::string> words = {"--gc"}) {
    words.insert(words.end(), {"-n", "--plan", plan_.string()});
    return retain_by(store_, policy_, words);
  }
  RetainRun apply(std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"apply", plan_.string(), "--list"});
    return {run_for_json(store_, words)};
  }
  // The server still has all that the tag needs.
  bool is_whole(const std::string& tag, const BuiltImage& image) const {
    return store_.has(StoreBuilder::tag_path("app", tag)) &&
           store_.has(StoreBuilder::revision_path("app", image.manifest)) &&
           store_.has_blob(image.manifest) && store_.has_blob(image.layers[1]);
  }

  AgedStore store_;
  BuiltImage old_;
  BuiltImage other_;
  std::string policy_ =
      "version: 1\nrules:\n- {repositories: ['**'], tags: ['pr-*'], keep: "
      "{within: 30d}}\n";
  fs::path plan_ = store_.root().string() + ".plan";
};

TEST_F(RetainPlan, ApplyRemovesWhatTheDryRunNamed) {
  const RetainRun dry = save();
  EXPECT_EQ(dry.report["plan"], plan_.string());
  EXPECT_TRUE(store_.has_blob(old_.manifest));
  const RetainRun run = apply();
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["schema"], "dregs.retain/1");
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:pr-1", "app:pr-2"));
  EXPECT_EQ(run.report["frees"], dry.report["frees"]);
  EXPECT_EQ(run.report["applied"]["planned"], run.report["applied"]["agreed"]);
  EXPECT_THAT(run.report["proof"]["newly_broken"], IsEmpty());
  EXPECT_FALSE(store_.has_blob(old_.layers[1]));
  EXPECT_FALSE(store_.has(StoreBuilder::tag_folder("app", "pr-1")));
}

TEST_F(RetainPlan, WithoutGcOnlyLinksGo) {
  save({});
  const RetainRun run = apply();
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_FALSE(store_.has(StoreBuilder::tag_folder("app", "pr-1")));
  EXPECT_TRUE(store_.has_blob(old_.layers[1]));
}

TEST_F(RetainPlan, HasNothingToDoTheSecondTime) {
  save();
  apply();
  store_.push("app", "pr-9", 1);  // the policy shall name something
  const RetainRun again = apply();
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(again.report["applied"]["agreed"], 0);
  EXPECT_EQ(again.report["applied"]["gone"],
            again.report["applied"]["planned"]);
}

TEST_F(RetainPlan, LooksOnlyWithDryRunAndNamesTheSame) {
  save();
  const TreeSnapshot before = store_.snapshot();
  const RetainRun dry = apply({"-n"});
  EXPECT_EQ(store_.snapshot(), before);
  const RetainRun run = apply();
  for (const char* part : {"tags", "manifests", "totals", "frees"})
    EXPECT_EQ(dry.report[part], run.report[part]) << part;
}

// A rule that counts must count all again, or apply would let nothing go.
TEST_F(RetainPlan, RulesThatCountAreJudgedOnAllTags) {
  policy_ =
      "version: 1\nrules:\n- {repositories: ['**'], tags: ['pr-*'], keep: "
      "{last: 1}}\n";
  save();
  EXPECT_THAT(apply().removed_tags(), UnorderedElementsAre("app:pr-1"));
}

TEST_F(RetainPlan, ATagThatWasMovedSinceStays) {
  save();
  const BuiltImage moved = store_.push("app", "", 70);
  store_.tag_aged("app", "pr-1", moved.manifest, 70);
  const RetainRun run = apply();
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:pr-2"));
  EXPECT_THAT(run.reason("app:pr-1"), HasSubstr("does not name it"));
  EXPECT_TRUE(is_whole("pr-1", moved));
}

TEST_F(RetainPlan, ATagThatCameLaterStaysWithItsImage) {
  save();
  store_.tag_aged("app", "pr-3", old_.manifest, 90);
  const BuiltImage later = store_.push("app", "pr-4", 90);
  const RetainRun run = apply();
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:pr-1", "app:pr-2"));
  EXPECT_TRUE(is_whole("pr-3", old_));
  EXPECT_TRUE(is_whole("pr-4", later));
  EXPECT_FALSE(store_.has_blob(other_.manifest));
  EXPECT_GT(run.report["applied"]["not_in_plan"], 0);
}

TEST_F(RetainPlan, AnIndexThatCameLaterStaysWithItsChildren) {
  save();
  store_.index("app", "pr-5", {old_.manifest});
  store_.set_days(StoreBuilder::tag_path("app", "pr-5"), 90);
  const RetainRun run = apply();
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.report["proof"]["newly_broken"], IsEmpty());
  EXPECT_TRUE(store_.has_blob(old_.layers[1]));
  EXPECT_FALSE(store_.has_blob(other_.manifest));
}

TEST_F(RetainPlan, AnEntryOfHistoryThatCameLaterKeepsItsManifest) {
  save();
  const Digest latest = *Digest::from_hex(
      store_.read(store_.v2() / StoreBuilder::tag_path("app", "v1"))
          .substr(std::string("sha256:").size()));
  store_.tag_aged("app", "v1", old_.manifest, 60);
  store_.tag_aged("app", "v1", latest, 50);
  const RetainRun run = apply();
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(
      store_.has(StoreBuilder::history_path("app", "v1", old_.manifest)));
  EXPECT_TRUE(store_.has_blob(old_.manifest));
  EXPECT_FALSE(store_.has(StoreBuilder::tag_folder("app", "pr-1")));
}

TEST_F(RetainPlan, WhatIsInUseByNowStays) {
  const std::string list = store_.file("in-use", "app:v1\n");
  save({"--gc", "--in-use", list});
  store_.file("in-use", "app:v1\nregistry.example/app:pr-1\n");
  EXPECT_THAT(apply().removed_tags(), UnorderedElementsAre("app:pr-2"));
  fs::remove(list);
  EXPECT_EQ(apply().exit_code, 2);
}

TEST_F(RetainPlan, ThePolicyIsTheOneThatWasLookedAt) {
  save();
  store_.file("policy.yml", "version: 1\n");
  EXPECT_THAT(apply().removed_tags(),
              UnorderedElementsAre("app:pr-1", "app:pr-2"));
}

TEST_F(RetainPlan, FlagsAreKeptAsWell) {
  const std::vector<std::string> flags = {
      "app", "--keep-within", "100d", "--keep-last", "2", "--keep-tag",
      "v*",  "--max-delete",  "100",  "--gc"};
  store_.push("app", "nightly", 200);
  std::vector<std::string> words = flags;
  words.insert(words.end(), {"-n", "--plan", plan_.string()});
  const RetainRun dry = retain(store_, words);
  EXPECT_THAT(dry.removed_tags(), UnorderedElementsAre("app:nightly"));
  EXPECT_EQ(apply().removed_tags(), dry.removed_tags());
}

TEST_F(RetainPlan, AnotherRootOrAChangedPlanIsRefused) {
  save();
  AgedStore other;
  other.push("app", "pr-1", 90);
  other.push("app", "latest", 1);
  const JsonRun wrong = run_for_json(other, {"apply", plan_.string()});
  EXPECT_EQ(wrong.exit_code, 3);
  EXPECT_THAT(wrong.err, HasSubstr("another root"));
  std::string text = store_.read(plan_);
  text.replace(text.find("30d"), 3, "29d");
  std::ofstream(plan_) << text;
  EXPECT_EQ(apply().exit_code, 3);
  EXPECT_TRUE(store_.has(StoreBuilder::tag_path("app", "pr-1")));
  EXPECT_TRUE(other.has(StoreBuilder::tag_path("app", "pr-1")));
}

TEST_F(RetainPlan, WhatCannotBeJudgedAgainIsNotSaved) {
  const auto exit_code = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"retain", "app", "--keep-within", "30d",
                                 "--keep-last", "2", "--plan", plan_.string()});
    return run_dregs(store_, words).exit_code;
  };
  EXPECT_EQ(exit_code({}), 2);
  EXPECT_EQ(exit_code({"-n", "--in-use", "-"}), 2);
  EXPECT_EQ(exit_code({"-n", "--keep-tag", "\xff*"}), 2);
  EXPECT_EQ(exit_code({"-n", "--max-delete", "1"}), 3);
  EXPECT_FALSE(fs::exists(plan_));
  EXPECT_EQ(exit_code({"-n"}), 0);
}

}  // namespace
}  // namespace dregs
