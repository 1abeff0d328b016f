#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/formats/sha256.h"
#include "tests/command_run.h"
#include "tests/gc_run.h"

namespace dregs {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

JsonRun rm(const StoreBuilder& store, std::vector<std::string> words) {
  words.insert(words.begin(), "rm");
  return run_for_json(store, words);
}

TEST(Rm, ATagGoesAndItsManifestStaysUntagged) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  store.image("app", "v2", {"base", "more"});
  const JsonRun run = rm(store, {"app:v1"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["schema"], "dregs.rm/1");
  EXPECT_EQ(run.report["removed"],
            Json::array({{{"repository", "app"},
                          {"tag", "v1"},
                          {"digest", image.manifest.to_string()}}}));
  EXPECT_EQ(run.report["frees"], 0);
  EXPECT_FALSE(store.has(StoreBuilder::tag_folder("app", "v1")));
  EXPECT_TRUE(store.has(StoreBuilder::tag_path("app", "v2")));
  EXPECT_TRUE(store.has(StoreBuilder::revision_path("app", image.manifest)));
}

TEST(Rm, AManifestGoesWithAllItsTagsAndTheirTraces) {
  StoreBuilder store;
  const BuiltImage old = store.image("app", "v1", {"base"});
  store.tag("app", "stable", old.manifest);
  store.image("app", "v1", {"base", "new"});  // v1 remembers the old one
  const JsonRun run = rm(store, {"app@" + old.manifest.to_string()});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["removed"].size(), 2U);
  EXPECT_FALSE(store.has(StoreBuilder::revision_path("app", old.manifest)));
  EXPECT_FALSE(store.has(StoreBuilder::tag_folder("app", "stable")));
  EXPECT_TRUE(store.has(StoreBuilder::tag_path("app", "v1")));
  EXPECT_FALSE(
      store.has(StoreBuilder::history_path("app", "v1", old.manifest)));
  EXPECT_TRUE(store.has_blob(old.manifest));
}

TEST(Rm, ARepositoryGoesWithEmptyParentsAndWithoutNestedOnes) {
  StoreBuilder store;
  store.image("team/app", "v1", {"base"});
  store.image("team/app/web", "v1", {"base"});
  store.image("lone/some/app", "v1", {"base"});
  store.folder("repositories/empty/before");
  const JsonRun run = rm(store, {"team/app", "lone/some/app"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  for (const char* part : {"_manifests", "_layers"})
    EXPECT_FALSE(store.has(std::string("repositories/team/app/") + part));
  EXPECT_TRUE(store.has(StoreBuilder::tag_path("team/app/web", "v1")));
  EXPECT_FALSE(store.has("repositories/lone"));
  EXPECT_TRUE(store.has("repositories/empty/before"));
  EXPECT_EQ(run_gc(store, {"-n"}).report["findings"], Json::array());
}

TEST(Rm, RecursiveTakesNestedRepositoriesToo) {
  StoreBuilder store;
  store.image("team/app", "v1", {"base"});
  store.image("team/app/web", "v1", {"base"});
  store.image("teams", "v1", {"base"});
  // A namespace is no repository, unless what is below it is meant.
  EXPECT_EQ(rm(store, {"team"}).exit_code, 2);
  const JsonRun run = rm(store, {"-r", "team"});
  EXPECT_EQ(run.report["removed"].size(), 2U);
  EXPECT_FALSE(store.has("repositories/team"));
  EXPECT_TRUE(store.has(StoreBuilder::tag_path("teams", "v1")));
}

TEST(Rm, FreesIsWhatGcThenFreesMore) {
  StoreBuilder store;
  store.image("app", "v1", {"base", "app"});
  store.image("web", "v1", {"base", "web"});
  store.blob("garbage from before");
  const int before = run_gc(store, {"-n"}).report["bytes_freed"];
  const int dry = rm(store, {"-n", "app"}).report["frees"];
  EXPECT_EQ(run_gc(store, {"-n"}).report["bytes_freed"], before);
  EXPECT_EQ(rm(store, {"app"}).report["frees"], dry);
  EXPECT_EQ(run_gc(store, {"-n"}).report["bytes_freed"], before + dry);
}

TEST(Rm, WithGcTheBytesGoAtOnce) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base", "app"});
  store.image("web", "v1", {"base"});
  const int dry = rm(store, {"-n", "--gc", "app"}).report["frees"];
  const JsonRun run = rm(store, {"--gc", "app"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["frees"], dry);
  EXPECT_FALSE(store.has_blob(app.layers[1]));
  EXPECT_TRUE(store.has_blob(app.layers[0]));
  EXPECT_FALSE(store.has("repositories/app"));
  EXPECT_EQ(run_gc(store, {"-n"}).report["bytes_freed"], 0);
}

TEST(Rm, ADryRunRemovesNothing) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const TreeSnapshot before = store.snapshot();
  const JsonRun run = rm(store, {"-n", "app:v1", "app"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["removed"].size(), 1U);
  EXPECT_EQ(store.snapshot(), before);
}

TEST(Rm, WhatAKeptIndexNeedsStaysUnlessForced) {
  StoreBuilder store;
  const BuiltImage amd = store.image("app", "", {"amd64"});
  const BuiltImage arm = store.image("app", "arm", {"arm64"});
  store.index("app", "all", {amd.manifest, arm.manifest});
  const std::string ref = "app@" + arm.manifest.to_string();
  const TreeSnapshot before = store.snapshot();
  const JsonRun refused = rm(store, {ref});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_NE(refused.err.find("app:all"), std::string::npos) << refused.err;
  EXPECT_EQ(store.snapshot(), before);
  EXPECT_EQ(rm(store, {"-n", ref, "app:arm"}).exit_code, 3);
  EXPECT_EQ(rm(store, {"app:arm"}).exit_code, 0);
  EXPECT_EQ(rm(store, {ref, "--force"}).exit_code, 0);
  EXPECT_FALSE(store.has(StoreBuilder::revision_path("app", arm.manifest)));
}

TEST(Rm, AnIndexAndItsChildGoTogetherUnforced) {
  StoreBuilder store;
  const BuiltImage child = store.image("app", "", {"base"});
  const Digest index = store.index("app", "all", {child.manifest});
  const JsonRun run = rm(
      store, {"app@" + child.manifest.to_string(), "app@" + index.to_string()});
  EXPECT_EQ(run.exit_code, 0) << run.err;
}

TEST(Rm, GlobsNameTagsAndNoTypoRemovesHalf) {
  StoreBuilder store;
  for (const char* tag : {"pr-1", "pr-2", "v1"})
    store.image("app", tag, {"base"});
  EXPECT_EQ(rm(store, {"app:pr-*", "app:v2"}).exit_code, 2);
  EXPECT_TRUE(store.has(StoreBuilder::tag_path("app", "pr-1")));
  EXPECT_EQ(rm(store, {"app:pr-*"}).exit_code, 0);
  EXPECT_FALSE(store.has(StoreBuilder::tag_path("app", "pr-2")));
  EXPECT_TRUE(store.has(StoreBuilder::tag_path("app", "v1")));
  EXPECT_EQ(rm(store, {"app:pr-*"}).exit_code, 2);
  EXPECT_EQ(rm(store, {"app:pr-*", "--ignore-missing"}).exit_code, 0);
}

TEST(Rm, OddWordsNeverLeaveTheTree) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.write("../../../outside", "precious");
  const TreeSnapshot before = store.snapshot();
  for (const char* word :
       {"../app", "/app", "app/../../../../outside", ".", "..", "app/_layers",
        "app:../v1", "app:v1/current", "app:.", "_manifests"})
    EXPECT_EQ(rm(store, {"--", word}).exit_code, 2) << word;
  EXPECT_EQ(store.snapshot(), before);
}

TEST(Rm, ADamagedRepositoryGoesAndBlobsOfOthersStay) {
  StoreBuilder store;
  const BuiltImage bad = store.image("bad", "v1", {"base", "bad"});
  const BuiltImage good = store.image("good", "v1", {"base"});
  store.corrupt(bad.manifest);
  store.write(StoreBuilder::tag_path("bad", "v1"), "");
  store.write(StoreBuilder::layer_link_path("bad", bad.layers[1]), "nonsense");
  const JsonRun run = rm(store, {"--gc", "bad"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_FALSE(store.has("repositories/bad"));
  EXPECT_FALSE(store.has_blob(bad.layers[1]));
  EXPECT_TRUE(store.has_blob(good.layers[0]));
}

TEST(Rm, WhatNobodyKnowsStaysAndKeepsItsFolder) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.write("repositories/app/_manifests/notes.txt", "mine");
  const JsonRun run = rm(store, {"app"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(store.has("repositories/app/_manifests/notes.txt"));
  EXPECT_FALSE(store.has(StoreBuilder::tag_folder("app", "v1")));
}

TEST(Rm, NothingGoesThroughASymbolicLink) {
  StoreBuilder store;
  store.image("real", "v1", {"base"});
  store.symlink("real", "repositories/alias");
  const TreeSnapshot before = store.snapshot();
  const JsonRun run = rm(store, {"alias"});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_EQ(store.snapshot(), before);
}

TEST(Rm, WhatNoServerServesIsNotRemovedByName) {
  StoreBuilder store;
  store.image("app", "v1", {"app"});
  store.image("Upper", "v1", {"upper"});
  store.image("app/_below/hidden", "v1", {"hidden"});
  const TreeSnapshot before = store.snapshot();
  for (const char* name : {"Upper", "app/_below/hidden"}) {
    const ProgramResult result = run_dregs(store, {"rm", name});
    EXPECT_NE(result.exit_code, 0) << name;
    EXPECT_EQ(store.snapshot(), before) << name;
  }
}

TEST(Rm, TheLastRepositoryGoesWithAllItsBlobs) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.upload("app", "0a0a0a0a-0000-4000-8000-000000000000",
               std::chrono::hours(1), "half");
  const JsonRun run = rm(store, {"--gc", "--allow-empty", "app"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_FALSE(store.has("repositories/app"));
  EXPECT_EQ(run_gc(store, {"-n"}).report["blobs"]["total"], 0);
}

// What refuses gc refuses rm --gc, before the first link goes: the rest may lie
// on a volume that is not mounted.
TEST(Rm, WhatWouldLeaveNothingLiveIsRefusedBeforeAnyLinkGoes) {
  StoreBuilder store;
  store.image("leftover", "v1", {"base"});
  store.blob("of a repository on another volume");
  const TreeSnapshot before = store.snapshot();
  for (const char* ref : {"leftover", "left*"})
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"--gc", ref}, {"--gc", "-n", ref}}) {
      const JsonRun refused = rm(store, words);
      EXPECT_EQ(refused.exit_code, 3) << ref;
      EXPECT_THAT(refused.err, HasSubstr("--allow-empty"));
      EXPECT_EQ(refused.report["removed"], Json::array());
    }
  EXPECT_EQ(store.snapshot(), before);
  EXPECT_EQ(rm(store, {"leftover"}).exit_code, 0);
}

TEST(Rm, MoreThanTheGivenShareIsRefusedWithGcAndWithout) {
  StoreBuilder store;
  store.image("app", "v1", {"app"});
  store.image("web", "v1", {"web", "base"});
  const TreeSnapshot before = store.snapshot();
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"app", "--max-delete", "42"},
        {"--gc", "app", "--max-delete", "42"}}) {
    const JsonRun refused = rm(store, words);
    EXPECT_EQ(refused.exit_code, 3);
    EXPECT_THAT(refused.err, HasSubstr("42.9 % of all blobs"));
    EXPECT_EQ(store.snapshot(), before);
  }
  EXPECT_EQ(rm(store, {"app", "--max-delete", "70"}).exit_code, 0);
}

// Dry run and run name the same, by the flags that gc has.
TEST(Rm, ListNamesEveryRemovalOfTheCollectionToo) {
  StoreBuilder store;
  store.image("app", "v1", {"app"});
  store.image("web", "v1", {"web"});
  const auto names = [](const JsonRun& run) {
    std::set<std::string> paths;
    for (const Json& removal : run.report["removals"])
      EXPECT_TRUE(paths.insert(removal["path"]).second) << removal;
    return paths;
  };
  const auto dry = names(rm(store, {"-n", "--gc", "--list", "app"}));
  const JsonRun run = rm(store, {"--gc", "--list", "--prove", "app"});
  EXPECT_EQ(names(run), dry);
  const std::string blob =
      std::filesystem::path(StoreBuilder::blob_path(sha256("app")))
          .parent_path();
  EXPECT_TRUE(dry.contains(in_root(blob)));
  EXPECT_EQ(run.report["proof"]["tags"], 1);
  EXPECT_EQ(run.report["proof"]["newly_broken"], Json::array());
}

// gc and rm --gc are one collection: what is pinned elsewhere is exit code 1.
TEST(Rm, WithGcExitsAsGcWouldHave) {
  StoreBuilder store;
  store.image("app", "v1", {"app"});
  store.image("web", "v1", {"web"});
  store.corrupt(store.image("web", "", {"rotten"}).manifest);
  EXPECT_EQ(rm(store, {"-n", "--gc", "app"}).exit_code, 1);
  EXPECT_EQ(rm(store, {"--gc", "app"}).exit_code, 1);
}

TEST(Rm, WithGcTheDryRunTellsWhatTheCollectionWillFindElsewhere) {
  StoreBuilder store;
  store.image("app", "v1", {"app"});
  store.lose(store.image("web", "v1", {"web"}).layers[0]);
  EXPECT_EQ(rm(store, {"-n", "app"}).exit_code, 0);
  const JsonRun dry = rm(store, {"-n", "--gc", "app"});
  const JsonRun run = rm(store, {"--gc", "app"});
  EXPECT_EQ(dry.exit_code, 1);
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(dry.report["findings"], run.report["findings"]);
}

TEST(Rm, WithGcTheDryRunListsNoCollectionWhereATagStays) {
  StoreBuilder store;
  store.image("app", "v1", {"app"});
  store.layer("app", "orphan");
  store.write(StoreBuilder::tag_folder("app", "v1") + "/index/sha256/theirs",
              "litter");
  const JsonRun dry = rm(store, {"-n", "--gc", "--list", "app:v1"});
  const JsonRun run = rm(store, {"--gc", "--list", "app:v1"});
  EXPECT_EQ(dry.exit_code, 4);
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_EQ(dry.report["removals"], run.report["removals"]);
  EXPECT_EQ(dry.report["frees"], run.report["frees"]);
}

// Nobody knows what its images needed; all of it goes, so nobody has to.
TEST(Rm, ARepositoryThatLostItsManifestsGoesWhole) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base", "app"});
  store.image("web", "v1", {"base"});
  store.remove("repositories/app/_manifests/revisions");
  const int dry = rm(store, {"-n", "--gc", "app"}).report["frees"];
  EXPECT_EQ(rm(store, {"--gc", "app"}).report["frees"], dry);
  EXPECT_FALSE(store.has("repositories/app"));
  EXPECT_FALSE(store.has_blob(app.layers[1]));
  EXPECT_TRUE(store.has_blob(app.layers[0]));
}

TEST(Rm, ATagGoesFromARepositoryThatIsKeptWholeAndFreesNothing) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base", "app"});
  store.image("app", "v2", {"base"});
  store.corrupt(store.image("app", "", {"rotten"}).manifest);
  EXPECT_EQ(rm(store, {"app:v1"}).report["frees"], 0);
  EXPECT_FALSE(store.has(StoreBuilder::tag_folder("app", "v1")));
  EXPECT_TRUE(run_gc(store, {"-m"}).pinned("app"));
  EXPECT_TRUE(store.has_blob(app.layers[1]));
}

// Its history is the only trace of what it was.
TEST(Rm, AManifestStaysInTheHistoryOfATagWithoutATarget) {
  StoreBuilder store;
  const Digest old = store.image("app", "lost", {"old"}).manifest;
  const Digest kept = store.image("app", "v1", {"base"}).manifest;
  store.tag("app", "lost", kept);
  store.remove(StoreBuilder::tag_path("app", "lost"));
  rm(store, {"app@" + old.to_string()});
  EXPECT_FALSE(store.has(StoreBuilder::revision_path("app", old)));
  EXPECT_TRUE(store.has(StoreBuilder::history_path("app", "lost", old)));
  EXPECT_TRUE(store.has(StoreBuilder::history_path("app", "lost", kept)));
}

TEST(Rm, OnlyTheHistoryOfTheManifestGoesWithIt) {
  StoreBuilder store;
  const Digest older = store.image("app", "v1", {"older"}).manifest;
  const Digest old = store.image("app", "v1", {"old"}).manifest;
  store.image("app", "v1", {"new"});
  const std::string ref = "app@" + old.to_string();
  const int dry = rm(store, {"-n", "--gc", ref}).report["frees"];
  EXPECT_EQ(rm(store, {"--gc", ref}).report["frees"], dry);
  EXPECT_FALSE(store.has(StoreBuilder::history_path("app", "v1", old)));
  EXPECT_TRUE(store.has(StoreBuilder::history_path("app", "v1", older)));
  EXPECT_TRUE(store.has_blob(older));
}

TEST(Rm, WhatAKeptIndexWithoutATagNeedsStaysWhateverItCallsIt) {
  for (const char* type : {"", "application/vnd.example.unknown+json"}) {
    SCOPED_TRACE(type);
    StoreBuilder store;
    const Digest child = store.image("app", "v1", {"base"}).manifest;
    const Digest index =
        store.index("app", "", {child}, {.child_media_type = type});
    const TreeSnapshot before = store.snapshot();
    const JsonRun refused = rm(store, {"app@" + child.to_string()});
    EXPECT_EQ(refused.exit_code, 3);
    EXPECT_THAT(refused.err, HasSubstr("index app@" + index.to_string()));
    EXPECT_EQ(store.snapshot(), before);
  }
}

TEST(Rm, AChildThatAnIndexNamesBySha512IsRefusedAsWell) {
  StoreBuilder store;
  const BuiltImage child = store.image("app", "", {"base"});
  const std::string name =
      sha512_text(store.read(StoreBuilder::blob_path(child.manifest)));
  store.alias_link("app", name, child.manifest);
  store.manifest_bytes("app", "multi", index_json(name));
  const JsonRun refused =
      rm(store, {"app@" + child.manifest.to_string(), "--gc"});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.err, HasSubstr("index app:multi"));
  EXPECT_TRUE(store.has_blob(child.layers[0]));
}

}  // namespace
}  // namespace dregs
