#include <gtest/gtest.h>

#include "tests/command_run.h"

namespace dregs {
namespace {

using Json = nlohmann::json;

Json why(const StoreBuilder& store, const std::string& digest,
         int exit_code = 0) {
  const JsonRun run = run_for_json(store, {"why", digest});
  EXPECT_EQ(run.exit_code, exit_code) << run.err;
  return run.report;
}

Json why(const StoreBuilder& store, const Digest& digest, int exit_code = 0) {
  return why(store, digest.to_string(), exit_code);
}

TEST(Why, ALayerIsNeededByEveryTagAboveIt) {
  StoreBuilder store;
  const BuiltImage one = store.image("app", "v1", {"base", "one"});
  const BuiltImage two = store.image("team/web", "v2", {"base", "two"});
  const Json report = why(store, one.layers[0]);
  const std::string base = one.layers[0].to_string();
  EXPECT_EQ(report["schema"], "dregs.why/1");
  EXPECT_EQ(report["live"], true);
  EXPECT_EQ(report["paths"],
            Json({{"app:v1", one.manifest.to_string(), base},
                  {"team/web:v2", two.manifest.to_string(), base}}));
}

TEST(Why, TheWayThroughNestedIndexesIsNamedStepByStep) {
  StoreBuilder store;
  const BuiltImage child = store.image("app", "", {"base"});
  const Digest inner = store.index("app", "", {child.manifest});
  const Digest outer = store.index("app", "all", {inner});
  EXPECT_EQ(why(store, child.config)["paths"],
            Json({{"app:all", outer.to_string(), inner.to_string(),
                   child.manifest.to_string(), child.config.to_string()}}));
}

TEST(Why, AnUntaggedRevisionIsAReasonUntilDeleteUntagged) {
  StoreBuilder store;
  store.image("app", "v1", {"new"});
  const BuiltImage old = store.image("app", "", {"old"});
  const Json report = why(store, old.layers[0]);
  EXPECT_EQ(report["paths"],
            Json::array({Json::array({"app@" + old.manifest.to_string(),
                                      old.layers[0].to_string()})}));
  EXPECT_EQ(report["live"], true);
  EXPECT_EQ(report["live_with_delete_untagged"], false);
  EXPECT_EQ(why(store, old.manifest)["paths"][0],
            Json::array({"app@" + old.manifest.to_string()}));
}

TEST(Why, TheFirstEightDigitsWillDo) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  const std::string hex = image.config.hex();
  EXPECT_EQ(why(store, hex.substr(0, 8))["digest"], image.config.to_string());
  EXPECT_EQ(why(store, "sha256:" + hex.substr(0, 12))["digest"],
            image.config.to_string());
  EXPECT_EQ(run_dregs(store, {"why", hex.substr(0, 7)}).exit_code, 2);
}

TEST(Why, AnAmbiguousBeginningListsTheCandidates) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const std::string links = "repositories/app/_layers/sha256/abcdef01";
  for (const char digit : {'2', '3'})
    store.folder(links + std::string(56, digit));
  const ProgramResult result = run_dregs(store, {"why", "abcdef01"});
  EXPECT_EQ(result.exit_code, 2);
  for (const char digit : {'2', '3'})
    EXPECT_NE(result.err.find("sha256:abcdef01" + std::string(56, digit)),
              std::string::npos)
        << result.err;
}

TEST(Why, AMissingBlobIsNamedWithWhomItHurts) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  store.lose(image.layers[0]);
  const Json report = why(store, image.layers[0], 1);
  EXPECT_EQ(report["present"], false);
  EXPECT_EQ(report["live"], true);
  EXPECT_EQ(report["paths"].size(), 1U);
  EXPECT_EQ(report["findings"][0]["kind"], "missing-blob");
}

TEST(Why, GarbageIsTracedToTheManifestThatWasDeleted) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  store.image("app", "v2", {"other"});
  store.delete_manifest("app", image.manifest);
  store.set_age(
      StoreBuilder::revision_path("app", image.manifest)
          .substr(
              0, StoreBuilder::revision_path("app", image.manifest).rfind('/')),
      std::chrono::hours(24));
  const Json report = why(store, image.layers[0]);
  EXPECT_EQ(report["live"], false);
  EXPECT_EQ(report["paths"], Json::array());
  EXPECT_EQ(report["linked_in"], Json({"app"}));
  ASSERT_EQ(report["formerly"].size(), 1U);
  EXPECT_EQ(report["formerly"][0]["repository"], "app");
  EXPECT_EQ(report["formerly"][0]["digest"], image.manifest.to_string());
  EXPECT_TRUE(report["formerly"][0]["deleted"].is_string());
}

TEST(Why, WhatAPinnedRepositoryLinksIsKeptThoughNothingNeedsIt) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  const Digest spare = store.layer("app", "spare");
  store.corrupt(image.manifest);
  const Json report = why(store, spare);
  EXPECT_EQ(report["live"], false);
  EXPECT_EQ(report["pinned_by"], Json({"app"}));
}

TEST(Why, ASignatureIsNoReasonWhereATagIsOne) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  store.referrer("app", image.manifest, "signed");
  EXPECT_EQ(why(store, image.layers[0])["paths"].size(), 1U);
  store.untag("app", "v1");
  EXPECT_EQ(why(store, image.layers[0])["paths"].size(), 1U);
}

TEST(Why, LayersNamedBySha512AreFoundByEitherName) {
  StoreBuilder store;
  store.image("app", "v1", {"base"}, {.sha512_layers = true});
  const Json report = why(store, sha512_text("base"));
  EXPECT_EQ(report["digest"], store.blob("base").to_string());
  EXPECT_EQ(report["paths"].size(), 1U);
}

TEST(Why, WhatNobodyEverHeardOfIsExitCode2) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  EXPECT_EQ(run_dregs(store, {"why", std::string(64, '0')}).exit_code, 2);
  EXPECT_EQ(run_dregs(store, {"why", "nonsense"}).exit_code, 2);
}

TEST(Why, GarbageIsTracedToHistoryAndToEveryManifestThatNamedIt) {
  StoreBuilder store;
  const BuiltImage one = store.image("app", "v1", {"layer"});
  const BuiltImage two =
      store.image("team/app", "v1", {"layer"}, {.created_by = "another"});
  store.image("app", "v1", {"kept"});
  store.tag("team/app", "v1", store.image("team/app", "", {"kept"}).manifest);
  store.delete_manifest("app", one.manifest);
  store.delete_manifest("team/app", two.manifest);
  const Json layer = why(store, one.layers[0]);
  ASSERT_EQ(layer["formerly"].size(), 2U) << layer.dump(2);
  EXPECT_EQ(layer["formerly"][0]["repository"], "app");
  EXPECT_EQ(layer["formerly"][1]["repository"], "team/app");
  const Json manifest = why(store, one.manifest);
  EXPECT_EQ(manifest["history_of"], Json({"app:v1"})) << manifest.dump(2);
}

}  // namespace
}  // namespace dregs
