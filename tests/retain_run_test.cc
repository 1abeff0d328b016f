// These tests follow docs/retention-rules.md from 3.6 to 3.12. Then they try
// the flags and the run itself.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/retention_run.h"

namespace dregs {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::string by_rules(const std::string& lines) {
  return fmt::format("version: 1\nrules:\n{}", lines);
}

// --- 6 and 7. Times.

TEST(Retain, CreatedIsAskedWhereARuleSaysSo) {
  AgedStore store;
  store.push_created("app", "old", 1, "2020-05-01T12:00:00.5Z");
  store.push_created("app", "epoch", 400, "1970-01-01T00:00:00Z");
  store.push_created("app", "future", 400, "2900-01-01T00:00:00Z");
  store.push_created("app", "no-time", 400, "yesterday");
  const RetainRun run = retain_by(
      store,
      by_rules("- {repositories: ['**'], tags: ['*'], time: created, keep: "
               "{within: 30d}}"));
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:old"));
  EXPECT_EQ(run.tag("app:old")["created"], "2020-05-01T12:00:00Z");
  EXPECT_EQ(run.reason("app:epoch"), "rule 1: its time is not known");
}

TEST(Retain, AnIndexIsAsNewAsItsNewestChild) {
  AgedStore store;
  const BuiltImage one =
      store.push_created("app", "a", 1, "2020-05-01T12:00:00Z");
  const BuiltImage two =
      store.push_created("app", "b", 1, "2021-05-01T12:00:00+02:00");
  store.index("app", "both", {one.manifest, two.manifest});
  const RetainRun run = retain_by(
      store,
      by_rules("- {repositories: ['**'], tags: ['*'], time: created, keep: "
               "{last: 9}}"),
      {"-n"});
  EXPECT_EQ(run.tag("app:both")["created"], "2021-05-01T10:00:00Z");
}

// The server writes the tag's link anew, and leaves its history and the
// revision as they are.
TEST(Retain, APushOfTheSameImageMakesItYoungAgain) {
  AgedStore store;
  store.push("app", "v1", 400);
  store.push("app", "v2", 400);
  store.push("app", "v3", 1);
  std::filesystem::last_write_time(
      store.v2() / StoreBuilder::tag_path("app", "v2"),
      std::filesystem::file_time_type::clock::now());
  const RetainRun run = retain_by(
      store,
      by_rules("- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}"));
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:v1"));
}

TEST(Retain, ATimeThatIsStillToComeIsYoung) {
  AgedStore store;
  store.push("app", "future", -400);
  store.push("app", "now", 1);
  store.push("app", "old", 40);
  const RetainRun run = retain_by(
      store,
      by_rules("- {repositories: ['**'], tags: ['*'], keep: {last: 1}}"));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:old"));
}

TEST(Retain, TiesAtTheCutAllStay) {
  AgedStore store;
  for (const char* tag : {"a", "b", "c", "old"}) store.push("app", tag, 9);
  const auto same = std::filesystem::last_write_time(
      store.v2() / StoreBuilder::tag_path("app", "a"));
  for (const char* tag : {"b", "c"})
    std::filesystem::last_write_time(
        store.v2() / StoreBuilder::tag_path("app", tag), same);
  store.set_days(StoreBuilder::tag_path("app", "old"), 10);
  const RetainRun run = retain_by(
      store,
      by_rules("- {repositories: ['**'], tags: ['*'], keep: {last: 2}}"));
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:old"));
}

// --- 9. Semantic versions.

TEST(Retain, SemverSortsByVersionAndLeavesTheRestAlone) {
  AgedStore store;
  store.push("base", "3.9.1-alpine", 1);
  store.push("base", "3.10.0-alpine", 400);
  store.push("base", "3.10.2-alpine", 300);
  store.push("base", "3.10.10-alpine", 500);
  store.push("base", "edge", 4000);
  const RetainRun run = retain_by(
      store,
      by_rules(
          "- {repositories: ['base'], tags: "
          "['/^(\\d+\\.\\d+)\\.\\d+-(\\w+)$/'], per: '$1-$2', sort: semver, "
          "keep: {last: 2}}\n"
          "- {repositories: [base], tags: ['*'], sort: semver, keep: {last: "
          "1}}"));
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("base:3.10.0-alpine"));
  EXPECT_EQ(run.reason("base:edge"), "rule 2: no semantic version");
}

// --- 10. Pinned repositories and unreadable tags.

TEST(Retain, APinnedRepositoryKeepsAllAndSaysWhy) {
  AgedStore store;
  const BuiltImage broken = store.push("app", "v1", 400);
  store.push("app", "v2", 400);
  store.push("other", "v1", 400);
  store.push("other", "v2", 1);
  store.corrupt(broken.manifest);
  const RetainRun run = retain_by(
      store,
      by_rules("- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}"));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("other:v1"));
  EXPECT_THAT(run.reason("app:v2"), HasSubstr("pinned"));
}

TEST(Retain, AnUnreadableTagStaysAndIsNamed) {
  AgedStore store;
  store.push("app", "v1", 400);
  store.push("app", "v2", 1);
  store.write(StoreBuilder::tag_folder("app", "v1") + "/index/sha256/notes",
              "mine");
  const RetainRun run = retain_by(
      store,
      by_rules("- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}"));
  EXPECT_THAT(run.removed_tags(), IsEmpty());
  EXPECT_FALSE(run.reason("app:v1").empty());
  EXPECT_TRUE(store.has(StoreBuilder::tag_path("app", "v1")));
}

// --- 11. History.

TEST(Retain, TheNewestRevisionsOfATagStayForRollback) {
  AgedStore store;
  std::vector<BuiltImage> builds;
  for (int day = 5; day >= 1; --day) {
    builds.push_back(store.push("app", "", day * 10,
                                {.created_by = fmt::format("day {}", day)}));
    store.tag_aged("app", "nightly", builds.back().manifest, day * 10);
  }
  const RetainRun run = retain_by(
      store,
      "version: 1\nuntagged:\n- {repositories: ['**'], keep: {revisions: 2}}",
      {"--gc"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  for (std::size_t n = 0; n < builds.size(); ++n)
    EXPECT_EQ(store.has_blob(builds[n].manifest), n >= 2) << n;
}

TEST(Retain, AKeptRevisionOutlivesItsOwnTag) {
  AgedStore store;
  const BuiltImage first = store.push("app", "build-1", 400);
  store.tag_aged("app", "stable", first.manifest, 400);
  const BuiltImage second = store.push("app", "build-2", 1);
  store.tag_aged("app", "stable", second.manifest, 1);
  const RetainRun run = retain_by(
      store,
      by_rules("- {repositories: ['**'], tags: ['build-*'], keep: {within: "
               "30d}}\nuntagged:\n"
               "- {repositories: ['**'], keep: {revisions: 1}}"),
      {"--gc"});
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:build-1"));
  EXPECT_TRUE(store.has_blob(first.manifest));
  EXPECT_TRUE(
      store.has(StoreBuilder::history_path("app", "stable", first.manifest)));
}

// --- 12. In use.

TEST(Retain, WhatIsInUseStays) {
  AgedStore store;
  store.push("prod/web", "v1", 400);
  store.push("prod/web", "v2", 400);
  store.push("prod/web", "v3", 1);
  const std::string pods = store.file(
      "pods.json",
      R"({"items":[{"spec":{"containers":[{"image":"registry.example.com:5000/)"
      R"(prod/web:v1"}]}}]})");
  const RetainRun run = retain_by(
      store,
      by_rules("- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}"),
      {"--in-use", pods});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("prod/web:v2"));
  EXPECT_EQ(run.reason("prod/web:v1"),
            "in use: registry.example.com:5000/prod/web:v1");
}

TEST(Retain, AFirstPartThatIsARepositoryHereIsNoHost) {
  AgedStore store;
  for (const char* repository : {"hub.example/web", "web"}) {
    store.push(repository, "v1", 400);
    store.push(repository, "v2", 1);
  }
  const std::string list = store.file("list", "hub.example/web:v1\n");
  const RetainRun run = retain_by(
      store,
      by_rules("- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}"),
      {"--in-use", list, "-n"});
  EXPECT_THAT(run.kept_tags(), testing::Contains("hub.example/web:v1"));
}

TEST(Retain, AnImageThatAPodMountsAsAVolumeStays) {
  AgedStore store;
  store.push("app", "v1", 400);
  store.push("app", "v2", 400);
  store.push("app", "v3", 1);
  const std::string pods = store.file(
      "pods.json",
      R"({"spec":{"volumes":[{"name":"models","image":{"pullPolicy":"Always",)"
      R"("reference":"registry.example.com/app:v1"}}]}})");
  const RetainRun run = retain_by(
      store,
      by_rules("- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}"),
      {"--in-use", pods});
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:v2"));
}

TEST(Retain, ADigestInUseProtectsItselfAndTheIndexesAboveIt) {
  AgedStore store;
  const BuiltImage child = store.push("app", "", 400);
  store.index("app", "v1", {child.manifest});
  store.set_days(StoreBuilder::tag_path("app", "v1"), 400);
  store.push("app", "v0", 400);
  store.push("app", "v2", 1);
  const std::string list =
      store.file("list", fmt::format("# the cluster\nhost.example/app@{}\n",
                                     child.manifest.to_string()));
  const RetainRun run = retain_by(
      store,
      by_rules("- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}"),
      {"--in-use", list, "--gc"});
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:v0"));
  EXPECT_TRUE(store.has_blob(child.manifest));
}

TEST(Retain, AnImageIdOfDockerProtectsTheImageThatHasIt) {
  AgedStore store;
  const BuiltImage used = store.push("app", "v1", 400);
  store.push("app", "v2", 400);
  store.push("app", "v3", 1);
  const std::string list = store.file(
      "docker.json",
      fmt::format("{{\"Names\":\"a\",\"Image\":\"{}\"}}\n{{\"Image\":\"x\"}}\n",
                  used.config.to_string()));
  const RetainRun run = retain_by(
      store,
      by_rules("- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}"),
      {"--in-use", list});
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:v2"));
}

// --- The flags for the simple case, and the run itself.

TEST(Retain, FlagsDoWithoutAPolicy) {
  AgedStore store;
  for (int day = 1; day <= 6; ++day)
    store.push("team/app", fmt::format("b{}", day), day * 10);
  store.push("other", "b1", 4000);
  const RetainRun run =
      retain(store, {"team/**", "--keep-last", "2", "--keep-within", "35d",
                     "--keep-tag", "b5"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.removed_tags(),
              UnorderedElementsAre("team/app:b4", "team/app:b6"));
}

TEST(Retain, PerGroupsByTheGroupsOfAnExpression) {
  AgedStore store;
  store.push("app", "main-1", 3);
  store.push("app", "main-2", 2);
  store.push("app", "fix-1", 400);
  store.push("app", "v1", 400);
  const RetainRun run =
      retain(store, {"app", "--keep-last", "1", "--per", "^(\\w+)-"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:main-1"));
}

TEST(Retain, OnlyNamedRepositoriesAreLookedAt) {
  AgedStore store;
  for (const char* repository : {"one", "two"}) {
    store.push(repository, "old", 400);
    store.push(repository, "new", 1);
  }
  const RetainRun run = retain_by(
      store,
      by_rules("- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}"),
      {"two"});
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("two:old"));
  EXPECT_TRUE(store.has(StoreBuilder::tag_path("one", "old")));
}

TEST(Retain, TrashTakesWhatGoes) {
  AgedStore store;
  const BuiltImage old = store.push("app", "old", 400);
  store.push("app", "new", 1);
  const RetainRun run = retain_by(
      store,
      by_rules("- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}"),
      {"--gc", "--trash", "--prove", "--list"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_FALSE(store.has_blob(old.manifest));
  EXPECT_FALSE(run.report["removals"].empty());
  const std::string name = run.report["trash"];
  EXPECT_EQ(run_dregs(store, {"trash", "restore", name}).exit_code, 0);
  EXPECT_TRUE(store.has(StoreBuilder::tag_path("app", "old")));
  EXPECT_TRUE(store.has_blob(old.manifest));
}

TEST(Retain, TextNamesWhatGoesAndEndsWithTheFigures) {
  AgedStore store;
  store.push("app", "old", 400);
  store.push("app", "new", 1);
  const std::vector<std::string> words = {"retain", "app", "--keep-within",
                                          "30d", "-n"};
  const ProgramResult run = run_dregs(store, words);
  EXPECT_THAT(run.out, HasSubstr("rule 1: older than 30d"));
  EXPECT_THAT(run.out, Not(HasSubstr("younger")));
  EXPECT_THAT(run.out, HasSubstr("1 tag would go and 1 stay; 1 manifest would "
                                 "go. gc would then free"));
  std::vector<std::string> all = words;
  all.emplace_back("--list");
  EXPECT_THAT(run_dregs(store, all).out, HasSubstr("younger than 30d"));
}

}  // namespace
}  // namespace dregs
