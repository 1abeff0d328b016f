#include <gtest/gtest.h>

#include "tests/command_run.h"

namespace dregs {
namespace {

using Json = nlohmann::json;

Json du(const StoreBuilder& store, std::vector<std::string> words = {}) {
  words.insert(words.begin(), "du");
  const JsonRun run = run_for_json(store, words);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  return run.report;
}

Json named(const Json& list, const std::string& key, const std::string& name) {
  for (const Json& each : list)
    if (each[key] == name) return each;
  return nullptr;
}

std::uint64_t size_of(const StoreBuilder& store, const Digest& digest) {
  return store.read(StoreBuilder::blob_path(digest)).size();
}

TEST(Du, SharedIsWhatOthersNeedAndOwnWhatRemovingFrees) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base", "app layer"});
  store.image("web", "v1", {"base", "web"});
  const std::uint64_t alone =
      size_of(store, app.manifest) + size_of(store, app.config) + 9;
  const Json report = du(store);
  EXPECT_EQ(report["schema"], "dregs.du/1");
  const Json usage = named(report["repositories"], "name", "app");
  EXPECT_EQ(usage["own"], alone);
  EXPECT_EQ(usage["shared"], 4);
  EXPECT_EQ(usage["bytes"], alone + 4);
}

TEST(Du, TotalsAreThoseOfGc) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.image("app", "", {"untagged layer"});
  store.blob("orphan");
  const Json totals = du(store)["totals"];
  EXPECT_EQ(totals["gc_frees"], 6);
  EXPECT_EQ(totals["live"].get<int>() + 6, totals["bytes"].get<int>());
  EXPECT_GT(totals["gc_m_frees"], 6 + 14);
}

TEST(Du, GarbageIsNobodysAndFreshUploadsAreTheirRepositorys) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const std::uint64_t before = du(store)["repositories"][0]["own"];
  store.layer("app", "unneeded");
  EXPECT_EQ(du(store)["repositories"][0]["own"], before);
  store.upload("app", "0a0a0a0a-0000-4000-8000-000000000000",
               std::chrono::hours(1), "half");
  EXPECT_GE(du(store)["repositories"][0]["own"], before + 4);
}

TEST(Du, WhatIfCountsWhatOnlyTheChosenShare) {
  StoreBuilder store;
  store.image("ci/a", "v1", {"base", "common"});
  store.image("ci/b", "v1", {"base", "common"});
  store.image("app", "v1", {"base"});
  const Json report = du(store, {"ci/*", "--what-if"});
  ASSERT_EQ(report["repositories"].size(), 2U);
  for (const Json& each : report["repositories"]) EXPECT_EQ(each["own"], 0);
  const Json what_if = report["what_if"];
  EXPECT_EQ(what_if["repositories"], 2);
  // All but the base layer, which app needs.
  EXPECT_EQ(what_if["shared"], 4);
  EXPECT_EQ(what_if["frees"].get<int>() + 4, what_if["bytes"].get<int>());
}

TEST(Du, ATagsOwnIsWhatNoOtherTagReaches) {
  StoreBuilder store;
  const BuiltImage one = store.image("app", "one", {"base", "only one"});
  store.image("app", "two", {"base"});
  store.tag("app", "again", store.image("app", "two", {"base"}).manifest);
  const Json tags = du(store, {"--tags"})["tags"];
  ASSERT_EQ(tags.size(), 3U);
  const Json usage = named(tags, "tag", "one");
  EXPECT_EQ(usage["digest"], one.manifest.to_string());
  EXPECT_EQ(usage["own"],
            size_of(store, one.manifest) + size_of(store, one.config) + 8);
  EXPECT_EQ(named(tags, "tag", "two")["own"], 0);
  EXPECT_EQ(named(tags, "tag", "again")["own"], 0);
}

TEST(Du, TheLargestComeFirstAndTopCutsTheRest) {
  StoreBuilder store;
  store.image("small", "v1", {"base"});
  store.image("large", "v1", {std::string(5000, 'x')});
  const Json report = du(store, {"--top", "1"});
  ASSERT_EQ(report["repositories"].size(), 1U);
  EXPECT_EQ(report["repositories"][0]["name"], "large");
}

TEST(Du, AHardLinkedBlobFreesNothing) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base", "linked"});
  const Json before = du(store)["repositories"][0];
  std::filesystem::create_hard_link(
      store.v2() / StoreBuilder::blob_path(image.layers[1]),
      store.root() / "backup");
  const Json after = du(store)["repositories"][0];
  EXPECT_EQ(after["own"].get<int>() + 6, before["own"].get<int>());
  EXPECT_EQ(after["bytes"], before["bytes"]);
  EXPECT_EQ(after["disk"]["bytes"], before["disk"]["bytes"]);
  EXPECT_LT(after["disk"]["own"], before["disk"]["own"]);
}

TEST(Du, WrongWordsAreExitCode2) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"du", "ap"},
        {"du", "app:v1", "--what-if"},
        {"du", "app@sha256:00000000"}})
    EXPECT_EQ(run_dregs(store, words).exit_code, 2);
}

}  // namespace
}  // namespace dregs
