#include <gtest/gtest.h>
#include <sys/resource.h>

#include <map>

#include <filesystem>
#include <set>

#include "tests/command_run.h"
#include "tests/paths.h"

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

TEST(Inspect, SaysWhichPartsCannotBeRead) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base", "top", "lost"});
  const std::string config = StoreBuilder::blob_path(image.config);
  store.remove(config);
  store.fifo(config);
  const std::string layer = StoreBuilder::blob_path(image.layers[0]);
  store.remove(layer);
  store.symlink("data", layer);
  const std::filesystem::path lost = StoreBuilder::blob_path(image.layers[2]);
  store.remove(lost.parent_path());
  store.write(lost.parent_path(), "a file in its folder's place");
  const Json report = inspect(store, "app:v1", 1);
  EXPECT_EQ(report["config"]["state"], "unreadable");
  EXPECT_EQ(report["layers"][0]["state"], "unreadable");
  EXPECT_EQ(report["layers"][1]["state"], "there");
  EXPECT_EQ(report["layers"][2]["state"], "missing");
  std::multiset<std::string> kinds;
  for (const Json& finding : report["findings"]) {
    kinds.insert(finding["kind"]);
    EXPECT_EQ(finding["needed_by"], Json({"app:v1"}));
  }
  EXPECT_EQ(kinds, (std::multiset<std::string>{
                       "missing-blob", "unreadable-file", "unreadable-file"}));
}

TEST(Inspect, AManifestThatIsNoFileIsUnreadable) {
  StoreBuilder store;
  const std::string manifest =
      StoreBuilder::blob_path(store.image("app", "v1", {"base"}).manifest);
  store.remove(manifest);
  store.fifo(manifest);
  EXPECT_EQ(inspect(store, "app:v1", 1)["findings"][0]["kind"],
            "unreadable-manifest");
}

TEST(Inspect, SaysWhatADiskMadeOfAManifest) {
  if (!can_trace()) GTEST_SKIP() << "strace is missing or may not trace";
  StoreBuilder store;
  const std::string manifest =
      StoreBuilder::blob_path(store.image("app", "v1", {"base"}).manifest);
  const auto findings = [&](const std::string& fault) {
    const ProgramResult run = run_program(
        {"strace", "-f", "-o", "/dev/null", "-P", store.v2() / manifest, "-e",
         "trace=read", "-e", "inject=read:" + fault, kDregsProgram, "inspect",
         "--json", "--root", store.root().string(), "app:v1"});
    return Json::parse(run.out)["findings"];
  };
  EXPECT_EQ(findings("error=EIO")[0]["kind"], "unreadable-manifest");
  EXPECT_EQ(findings("retval=0")[0]["kind"], "corrupt-manifest");
  EXPECT_EQ(findings("error=EINTR:when=1"), Json::array());
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

TEST(Inspect, AChildIsIncompleteWhereverItIsNamed) {
  StoreBuilder store;
  const BuiltImage bad = store.image("app", "", {"bad"});
  const Digest inner = store.index("app", "", {bad.manifest});
  store.index("app", "all", {bad.manifest, inner, bad.manifest});
  store.lose(bad.layers[0]);
  const Json children = inspect(store, "app:all", 1)["children"];
  for (const Json& child : children)
    EXPECT_EQ(child["state"], "incomplete") << child;
}

TEST(Inspect, AChildOfForeignLayersIsThereAndACorruptOneIncomplete) {
  StoreBuilder store;
  const BuiltImage win =
      store.image("app", "", {"own"}, {.foreign_layers = {"of another host"}});
  const BuiltImage bad = store.image("app", "", {"bad"});
  store.index("app", "all", {win.manifest, bad.manifest});
  store.link_layer("app", win.manifest);  // as registries of 2.1 did
  store.corrupt(bad.manifest);
  const Json report = inspect(store, "app:all", 1);
  EXPECT_EQ(report["children"][0]["state"], "there");
  EXPECT_EQ(report["children"][1]["state"], "incomplete");
  EXPECT_EQ(report["findings"][0]["kind"], "corrupt-manifest");
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

// Its own type, or its config's, or else its manifest's.
TEST(Inspect, AReferrersTypeIsTheNearestThatItSays) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  const BuiltImage own = store.referrer("app", image.manifest, "signed");
  const BuiltImage config =
      store.image("app", "", {"sbom"}, {.subject = image.manifest});
  const Digest none =
      store.index("app", "", {own.manifest}, {.subject = image.manifest});
  const Json report = inspect(store, "app:v1");
  std::map<std::string, std::string> types;
  for (const Json& referrer : report["referrers"])
    types[referrer["digest"]] = referrer["artifact_type"];
  EXPECT_EQ(
      types,
      (std::map<std::string, std::string>{
          {own.manifest.to_string(), "application/vnd.cncf.notary.signature"},
          {config.manifest.to_string(), std::string(media::oci_config)},
          {none.to_string(), std::string(media::oci_index)}}));
}

TEST(Inspect, WhoNamesAnImageOtherwiseIsNoReferrer) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  const BuiltImage other = store.image("app", "v2", {"other"});
  store.index("app", "all", {image.manifest});
  store.index("app", "about", {image.manifest}, {.subject = other.manifest});
  store.folder(StoreBuilder::tag_folder(
      "app", "sha256-" + image.manifest.hex() + ".sig"));
  EXPECT_EQ(inspect(store, "app:v1")["referrers"], Json::array());
}

TEST(Inspect, LayersNamedBySha512AreFoundThroughTheirLinks) {
  StoreBuilder store;
  store.image("app", "latest", {"base"}, {.sha512_layers = true});
  const Json report = inspect(store, "app");
  EXPECT_EQ(report["layers"][0]["digest"], sha512_text("base"));
  EXPECT_EQ(report["layers"][0]["present"], true);
}

TEST(Inspect, ALayerNamedBySha512ThatNoLinkLeadsToIsMissing) {
  StoreBuilder store;
  store.image("app", "latest", {"base"}, {.sha512_layers = true});
  store.remove(StoreBuilder::layer_link_path("app", sha512_text("base")));
  store.alias_link("app", sha512_text("another"), store.blob("base"));
  const Json report = inspect(store, "app", 1);
  EXPECT_EQ(report["layers"][0]["state"], "missing");
  EXPECT_EQ(report["findings"][0]["kind"], "missing-blob");
  EXPECT_EQ(report["findings"][0]["digest"], sha512_text("base"));
}

TEST(Inspect, AChildNamedBySha512IsFoundThroughItsLinkToo) {
  StoreBuilder store;
  const BuiltImage child = store.image("app", "", {"base"});
  const std::string bytes = store.read(StoreBuilder::blob_path(child.manifest));
  store.alias_link("app", sha512_text(bytes), child.manifest);
  ManifestParts index;
  index.media_type = media::oci_index;
  index.manifests = {{{media::oci_image, sha512_text(bytes), bytes.size()}}};
  store.manifest_bytes("app", "all", manifest_json(index));
  EXPECT_EQ(inspect(store, "app:all")["children"][0]["state"], "there");
  store.lose(child.layers[0]);
  EXPECT_EQ(inspect(store, "app:all", 1)["children"][0]["state"], "incomplete");
}

TEST(Inspect, WhatSchema1DoesNotSayIsNoMismatch) {
  StoreBuilder store;
  const Digest manifest = store.schema1("app", "v1", {"one", "two"});
  store.remove(StoreBuilder::revision_path("app", manifest));
  const Json report = inspect(store, "app:v1");
  EXPECT_EQ(report["pushed"], nullptr);
  for (const Json& layer : report["layers"])
    EXPECT_EQ(layer["state"], "there") << layer;
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

TEST(Inspect, IndexesNestedWithoutEndHarmNobody) {
  StoreBuilder store;
  Digest top = store.image("app", "", {"base"}).manifest;
  for (int i = 0; i < 4000; ++i) top = store.index("app", "", {top});
  store.tag("app", "deep", top);
  rlimit usual{};
  getrlimit(RLIMIT_STACK, &usual);
  const rlimit small{1024 * 1024, usual.rlim_max};
  setrlimit(RLIMIT_STACK, &small);
  const int inspected = run_dregs(store, {"inspect", "app:deep"}).exit_code;
  const int listed = run_dregs(store, {"ls", "app"}).exit_code;
  setrlimit(RLIMIT_STACK, &usual);
  EXPECT_EQ(inspected, 0);
  EXPECT_EQ(listed, 0);
}

TEST(Inspect, WhatBuildkitsCacheHasForChildrenIsThere) {
  StoreBuilder store;
  store.buildkit_cache("app", "cache",
                       {"layer", std::string(65 * 1024 * 1024, 'x')});
  const Json report = inspect(store, "app:cache");
  EXPECT_EQ(report["findings"], Json::array());
  const BuiltImage image = store.image("app", "", {"base"});
  store.index("app", "odd", {image.manifest},
              {.child_media_type = media::oci_layer});
  store.lose(image.layers[0]);
  EXPECT_EQ(inspect(store, "app:odd", 1)["children"][0]["state"], "incomplete");
  for (const Json& child : report["children"])
    EXPECT_EQ(child["state"], "there") << child;
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
  store.manifest_bytes("app", "v3", R"({"schemaVersion":3})");
  const Json unknown = inspect(store, "app:v3", 1);
  EXPECT_EQ(unknown["findings"][0]["kind"], "unknown-manifest");
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
