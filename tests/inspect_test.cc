#include <gtest/gtest.h>

#include "tests/command_run.h"

namespace dregs {
namespace {

using Json = nlohmann::json;

Json inspect(const StoreBuilder& store, const std::string& ref,
             int exit_code = 0) {
  const JsonRun run = run_for_json(store, {"inspect", ref});
  EXPECT_EQ(run.exit_code, exit_code) << run.err;
  return run.report;
}

TEST(Inspect, ShowsTheManifestAndItsParts) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base", "top"});
  store.tag("app", "same", image.manifest);
  const Json report = inspect(store, "app:v1");
  EXPECT_EQ(report["schema"], "dregs.inspect/1");
  EXPECT_EQ(report["digest"], image.manifest.to_string());
  EXPECT_EQ(report["media_type"], media::oci_image);
  EXPECT_EQ(report["tags"], Json({"same", "v1"}));
  EXPECT_EQ(report["config"]["digest"], image.config.to_string());
  ASSERT_EQ(report["layers"].size(), 2U);
  EXPECT_EQ(report["layers"][1]["digest"], image.layers[1].to_string());
  EXPECT_EQ(report["layers"][1]["size"], 3);
  EXPECT_EQ(report["layers"][1]["present"], true);
  EXPECT_EQ(report["manifest"]["schemaVersion"], 2);
}

TEST(Inspect, SaysWhichPartsAreNotThere) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base", "top", "cut"});
  store.lose(image.layers[0]);
  store.remove(StoreBuilder::layer_link_path("app", image.layers[1]));
  store.truncate(image.layers[2], 1);
  const Json report = inspect(store, "app:v1", 1);
  EXPECT_EQ(report["layers"][0]["state"], "missing");
  EXPECT_EQ(report["layers"][0]["present"], false);
  EXPECT_EQ(report["layers"][1]["state"], "no link");
  EXPECT_EQ(report["layers"][2]["state"], "wrong size");
  EXPECT_EQ(report["config"]["state"], "there");
  EXPECT_EQ(report["findings"].size(), 3U);
  for (const Json& finding : report["findings"])
    EXPECT_EQ(finding["needed_by"], Json({"app:v1"}));
}

TEST(Inspect, AChildThatMissesALayerIsIncomplete) {
  StoreBuilder store;
  const BuiltImage good = store.image("app", "", {"good"});
  const BuiltImage bad = store.image("app", "", {"bad"});
  const BuiltImage gone = store.image("app", "", {"gone"});
  store.index("app", "all", {good.manifest, bad.manifest, gone.manifest},
              {.platforms = {"linux/amd64", "linux/arm64", "linux/s390x"}});
  store.lose(bad.layers[0]);
  store.lose(gone.manifest);
  const Json children = inspect(store, "app:all", 1)["children"];
  EXPECT_EQ(children[0]["state"], "there");
  EXPECT_EQ(children[1]["state"], "incomplete");
  EXPECT_EQ(children[1]["platform"], "linux/arm64");
  EXPECT_EQ(children[2]["state"], "missing");
}

TEST(Inspect, FindsReferrersBySubjectAndByTagName) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  const BuiltImage referrer = store.referrer("app", image.manifest, "signed");
  const BuiltImage cosign = store.cosign_signature("app", image.manifest);
  const Json report = inspect(store, "app:v1");
  ASSERT_EQ(report["referrers"].size(), 2U);
  EXPECT_EQ(report["referrers"][0]["digest"], referrer.manifest.to_string());
  EXPECT_EQ(report["referrers"][1]["digest"], cosign.manifest.to_string());
  EXPECT_EQ(report["referrers"][1]["tag"],
            "sha256-" + image.manifest.hex() + ".sig");
  const Json signature =
      inspect(store, "app@" + referrer.manifest.to_string().substr(0, 19));
  EXPECT_EQ(signature["subject"]["digest"], image.manifest.to_string());
  EXPECT_EQ(signature["subject"]["present"], true);
}

TEST(Inspect, LayersNamedBySha512AreFoundThroughTheirLinks) {
  StoreBuilder store;
  store.image("app", "latest", {"base"}, {.sha512_layers = true});
  const Json report = inspect(store, "app");
  EXPECT_EQ(report["layers"][0]["digest"], sha512_text("base"));
  EXPECT_EQ(report["layers"][0]["present"], true);
}

TEST(Inspect, ACorruptManifestIsShownAsSuch) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  store.corrupt(image.manifest);
  const Json report = inspect(store, "app:v1", 1);
  EXPECT_EQ(report["findings"][0]["kind"], "corrupt-manifest");
  EXPECT_EQ(report["layers"], Json::array());
}

TEST(Inspect, AManifestNestedBeyondReasonHarmsNobody) {
  StoreBuilder store;
  const std::string deep(100'000, '[');
  store.manifest_bytes("app", "deep",
                       R"({"schemaVersion":2,"mediaType":")" +
                           std::string(media::oci_image) +
                           R"(","config":null,"layers":[],"x":)" + deep);
  store.manifest_bytes(
      "app", "closed",
      R"({"schemaVersion":2,"x":)" + deep + std::string(100'000, ']') + "}");
  EXPECT_EQ(inspect(store, "app:deep", 1)["manifest"], nullptr);
  EXPECT_EQ(inspect(store, "app:closed", 1)["manifest"]["schemaVersion"], 2);
}

TEST(Inspect, PartsOfForeignHostsAreElsewhereAndUnlinkedChildrenSaySo) {
  StoreBuilder store;
  store.image("app", "win", {"own"}, {.foreign_layers = {"of another host"}});
  const Json layers = inspect(store, "app:win")["layers"];
  EXPECT_EQ(layers.back()["state"], "elsewhere") << layers.dump(2);
  const BuiltImage child = store.image("other", "v1", {"child"});
  store.index("app", "all", {child.manifest});
  const Json children = inspect(store, "app:all", 1)["children"];
  EXPECT_EQ(children[0]["state"], "no link");
}

TEST(Inspect, AnIndexInAnIndexIsLookedIntoToo) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "", {"deep"});
  const Digest inner = store.index("app", "", {image.manifest});
  store.index("app", "outer", {inner});
  store.lose(image.layers[0]);
  const Json children = inspect(store, "app:outer", 1)["children"];
  EXPECT_EQ(children[0]["state"], "incomplete");
}

TEST(Inspect, WhatIsNoManifestOrTooLargeIsSaid) {
  StoreBuilder store;
  store.manifest_bytes("app", "blob", "no JSON at all");
  const Json blob = inspect(store, "app:blob", 1);
  EXPECT_EQ(blob["findings"][0]["kind"], "not-a-manifest");
  const BuiltImage image = store.image("app", "huge", {"x"});
  store.truncate(image.manifest, std::uintmax_t{65} << 20);
  const Json huge = inspect(store, "app:huge", 1);
  EXPECT_EQ(huge["findings"][0]["kind"], "oversized-manifest");
}

TEST(Inspect, OneImageAtATime) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.image("app", "v2", {"base"});
  const ProgramResult result = run_dregs(store, {"inspect", "app:v*"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("names 2 images"), std::string::npos);
  EXPECT_EQ(run_dregs(store, {"inspect", "app"}).exit_code, 2);
}

}  // namespace
}  // namespace dregs
