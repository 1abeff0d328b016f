#include <gmock/gmock.h>

#include <filesystem>
#include "gc/mark/survey.h"
#include "gc/needs/paths_to.h"
#include "gc/survey/take_survey.h"
#include "scanner/files/descriptor.h"
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

std::uint64_t size_of(const StoreBuilder& store, const Digest& digest) {
  return store.read(StoreBuilder::blob_path(digest)).size();
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

TEST(Why, EveryWayThroughIndexesThatShareAChildIsNamed) {
  StoreBuilder store;
  const BuiltImage child = store.image("app", "", {"base"});
  const BuiltImage other = store.image("app", "", {"other"});
  const Digest one = store.index("app", "", {child.manifest});
  const Digest two = store.index("app", "", {child.manifest, other.manifest});
  store.index("app", "all", {one, two});
  EXPECT_EQ(why(store, child.layers[0])["paths"].size(), 2U);
  EXPECT_EQ(why(store, other.layers[0])["paths"].size(), 1U);
}

TEST(Why, OfAnImageItSaysWhatItNeedsAndWhatOthersNeedAsWell) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base", "one"});
  store.image("team/web", "v2", {"base", "two"});
  const Json report = why(store, "app:v1");
  EXPECT_EQ(report["image"], "app:v1");
  EXPECT_EQ(report["digest"], app.manifest.to_string());
  const auto part = [](const Digest& digest, std::size_t size, bool by_others) {
    return Json{{"digest", digest.to_string()},
                {"present", true},
                {"size", size},
                {"needed_by_others", by_others}};
  };
  EXPECT_THAT(report["needs"],
              testing::UnorderedElementsAre(
                  part(app.manifest, size_of(store, app.manifest), false),
                  part(app.config, size_of(store, app.config), false),
                  part(app.layers[0], 4, true), part(app.layers[1], 3, false)));
}

TEST(Why, AnotherTagOfTheSameImageIsNobodyElse) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base"});
  store.tag("app", "latest", app.manifest);
  const Json said = why(store, "app:v1");
  for (const Json& part : said.at("needs"))
    EXPECT_EQ(part["needed_by_others"], false) << part;
}

TEST(Why, OfAnIndexItNamesEachChildAndWhatIsMissing) {
  StoreBuilder store;
  const BuiltImage child = store.image("app", "", {"base"});
  store.index("app", "all", {child.manifest});
  store.lose(child.layers[0]);
  const Json report = run_for_json(store, {"why", "app:all"}).report;
  ASSERT_EQ(report["needs"].size(), 4U);
  for (const Json& part : report["needs"])
    EXPECT_EQ(part["present"], part["digest"] != child.layers[0].to_string());
}

TEST(Why, ARepositoryIsAskedForOneOfItsImages) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const JsonRun run = run_for_json(store, {"why", "app"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, testing::HasSubstr("REPO:TAG"));
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
  const Json report = why(store, spare, 1);
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

TEST(Why, ATaggedSignatureIsTheReasonOfWhatNothingElseKeeps) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "", {"base"});
  const BuiltImage signature =
      store.image("app", "sig", {"signed"}, {.subject = image.manifest});
  EXPECT_EQ(why(store, image.layers[0])["paths"],
            Json::array({Json::array({"app:sig", signature.manifest.to_string(),
                                      image.manifest.to_string(),
                                      image.layers[0].to_string()})}));
}

TEST(Why, ASchema1SignatureIsNeededByItsManifestThoughThatIsLost) {
  StoreBuilder store;
  const Digest manifest = store.schema1("app", "v1", {"base"}, 1);
  const Digest signature = store.blob("signature 0 of " + manifest.hex());
  const Json way = Json::array(
      {Json::array({"app:v1", manifest.to_string(), signature.to_string()})});
  EXPECT_EQ(why(store, signature)["paths"], way);
  store.lose(manifest);
  const Json report = why(store, signature);
  EXPECT_EQ(report["live"], true);
  EXPECT_EQ(report["paths"], way);
}

TEST(Why, AnAliasThatLeadsBackToItsManifestIsNoWay) {
  StoreBuilder store;
  const BuiltImage image =
      store.image("app", "v1", {"base"}, {.sha512_layers = true});
  store.alias_link("app", sha512_text("base"), image.manifest);
  const Json report = why(store, image.config);
  EXPECT_EQ(report["paths"].size(), 1U) << report["paths"].dump(2);
  EXPECT_EQ(report["paths_complete"], true);
}

TEST(Why, LayersNamedBySha512AreFoundByEitherName) {
  StoreBuilder store;
  store.image("app", "v1", {"base"}, {.sha512_layers = true});
  const Json report = why(store, sha512_text("base"));
  EXPECT_EQ(report["digest"], store.blob("base").to_string());
  EXPECT_EQ(report["paths"].size(), 1U);
}

TEST(Why, ANameThatLeadsNowhereIsNobodysReason) {
  StoreBuilder store;
  store.image("app", "v1", {"base"}, {.sha512_layers = true});
  const std::string lost = sha512_text("lost");
  store.write(StoreBuilder::layer_link_path("app", lost), lost);
  EXPECT_EQ(run_dregs(store, {"why", lost}).exit_code, 2);
  EXPECT_EQ(why(store, sha512_text("base"))["digest"],
            store.blob("base").to_string());
}

TEST(Why, WhatNobodyEverHeardOfIsExitCode2) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  EXPECT_EQ(run_dregs(store, {"why", std::string(64, '0')}).exit_code, 2);
  EXPECT_EQ(run_dregs(store, {"why", "nonsense"}).exit_code, 2);
}

TEST(Why, WhatOnlyTheHistoryRemembersIsNeededByNobody) {
  StoreBuilder store;
  const Digest gone = store.image("app", "", {"gone"}).manifest;
  store.delete_manifest("app", gone);
  store.lose(gone);
  const Json report = why(store, gone);
  EXPECT_EQ(report["live"], false);
  EXPECT_EQ(report["paths"], Json::array());
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

TEST(Why, GarbageThatOnlyAnAliasNamesIsLinkedThere) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const Digest spare = store.blob("spare");
  store.alias_link("app", sha512_text("spare"), spare);
  const Json report = why(store, spare);
  EXPECT_EQ(report["live"], false);
  EXPECT_EQ(report["linked_in"], Json({"app"}));
}

// What a manifest named is known as long as its bytes are there and sound.
TEST(Why, OnlyASoundManifestThatIsGoneFromItsRepositoryIsATrace) {
  StoreBuilder store;
  const BuiltImage gone = store.image("app", "v1", {"layer"});
  store.image("app", "v1", {"still a revision"});
  store.image("app", "v1", {"new"});
  store.delete_manifest("app", gone.manifest);
  store.remove(
      std::filesystem::path(StoreBuilder::revision_path("app", gone.manifest))
          .parent_path());
  const Json traced = why(store, gone.layers[0])["formerly"];
  ASSERT_EQ(traced.size(), 1U) << traced.dump(2);
  EXPECT_EQ(traced[0]["digest"], gone.manifest.to_string());
  EXPECT_EQ(traced[0]["deleted"], nullptr);
  store.corrupt(gone.manifest);
  EXPECT_EQ(why(store, gone.layers[0])["formerly"], Json::array());
  store.lose(gone.manifest);
  EXPECT_EQ(why(store, gone.layers[0])["formerly"], Json::array());
}

class WaysToALayer : public testing::Test {
 protected:
  PathsTo ways(std::size_t most) const {
    return ways({.in_a_repository = most});
  }

  PathsTo ways(const PathLimits& limits) const {
    const Descriptor v2 = open_folder(AT_FDCWD, store_.v2());
    const StopRequest stop;
    SurveyProgress progress;
    const Survey survey = take_survey(v2.get(), false, stop, progress);
    return paths_to(survey.inventory, survey.graph,
                    survey.graph.find(survey.inventory, image_.layers[0]),
                    limits);
  }

  StoreBuilder store_;
  BuiltImage image_ = store_.image("app", "v1", {"base"});
};

TEST_F(WaysToALayer, AreNoMoreThanWereAskedFor) {
  store_.tag("app", "v2", image_.manifest);
  EXPECT_EQ(ways(2).paths.size(), 2U);
  EXPECT_TRUE(ways(2).complete);
  EXPECT_EQ(ways(1).paths.size(), 1U);
  EXPECT_FALSE(ways(1).complete);
}

// Whatever the number of threads: those of the first repositories.
TEST_F(WaysToALayer, AreLimitedInAllRepositoriesTogether) {
  for (int i = 0; i < 70; ++i)
    store_.image("team/" + std::to_string(100 + i), "v1", {"base"});
  const PathsTo some = ways({.in_a_repository = 10, .in_all = 5});
  ASSERT_EQ(some.paths.size(), 5U);
  EXPECT_EQ(some.paths.back().front(), "team/103:v1");
  EXPECT_FALSE(some.complete);
  const PathsTo all = ways({.in_a_repository = 10, .in_all = 71});
  EXPECT_EQ(all.paths.size(), 71U);
  EXPECT_TRUE(all.complete);
}

TEST_F(WaysToALayer, ThroughEndlessIndexesAreOneToBeShown) {
  store_.untag("app", "v1");
  Digest top = image_.manifest;
  for (int depth = 0; depth < 510; ++depth)
    top = store_.index("app", depth == 509 ? "top" : "", {top});
  for (const std::size_t most : {1U, 100U}) {
    ASSERT_EQ(ways(most).paths.size(), 1U);
    EXPECT_EQ(ways(most).paths[0].size(), 513U);
    EXPECT_EQ(ways(most).paths[0].front(), "app:top");
    EXPECT_EQ(ways(most).paths[0].back(), image_.layers[0].to_string());
    EXPECT_FALSE(ways(most).complete);
  }
  const std::string text =
      run_dregs(store_, {"why", image_.layers[0].to_string()}).out;
  EXPECT_THAT(text, testing::HasSubstr("  app:top > "));
  EXPECT_THAT(text, testing::HasSubstr(" > … 507 more … > "));
  EXPECT_EQ(why(store_, image_.layers[0])["live"], true);
}

}  // namespace
}  // namespace dregs
