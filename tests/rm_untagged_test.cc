// `dregs rm --gc` frees what people expect. A manifest goes too where this
// removal took its last tag (promises.md#may-touch).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/command_run.h"
#include "tests/gc_run.h"
#include "tests/random_store.h"
#include "tests/servable.h"

namespace dregs {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

JsonRun rm_gc(const StoreBuilder& store, std::vector<std::string> words) {
  words.insert(words.begin(), {"rm", "--gc"});
  return run_for_json(store, words);
}

bool has_manifest(const StoreBuilder& store, const Digest& digest) {
  return store.has(StoreBuilder::revision_path("app", digest));
}

std::string why_stays(const JsonRun& run, const Digest& digest) {
  for (const Json& each : run.report["kept"])
    if (each["digest"] == digest.to_string()) return each["reason"];
  return "";
}

std::string root_path(const std::string& file) {
  return in_root(std::filesystem::path(file).parent_path());
}

TEST(RmUntagged, TheManifestOfTheLastTagGoesWithWhatOnlyItNeeded) {
  StoreBuilder store;
  const BuiltImage old = store.image("app", "v1", {"base", "old"});
  store.image("app", "v2", {"base", "new"});
  const JsonRun dry = rm_gc(store, {"-n", "--list", "app:v1"});
  EXPECT_EQ(dry.report["removed"][1]["digest"], old.manifest.to_string());
  EXPECT_EQ(dry.report["removed"][1]["tag"], nullptr);
  const JsonRun run = rm_gc(store, {"--list", "app:v1"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["removals"], dry.report["removals"]);
  EXPECT_EQ(run.report["frees"], dry.report["frees"]);
  EXPECT_GT(run.report["frees"], 0);
  EXPECT_FALSE(has_manifest(store, old.manifest));
  EXPECT_FALSE(store.has_blob(old.layers[1]));
  EXPECT_TRUE(store.has_blob(old.layers[0]));
}

TEST(RmUntagged, TheListSaysThatNobodyNamedThem) {
  StoreBuilder store;
  const BuiltImage old = store.image("app", "v1", {"old"});
  store.image("app", "v2", {"new"});
  const JsonRun run = rm_gc(store, {"--list", "app:v1"});
  const std::string path =
      root_path(StoreBuilder::revision_path("app", old.manifest));
  int found = 0;
  for (const Json& removal : run.report["removals"])
    if (removal["path"] == path) {
      ++found;
      EXPECT_EQ(removal["reason"], "untagged");
    }
  EXPECT_EQ(found, 1) << run.report["removals"];
}

TEST(RmUntagged, KeepManifestsLeavesThem) {
  StoreBuilder store;
  const BuiltImage old = store.image("app", "v1", {"old"});
  store.image("app", "v2", {"new"});
  const JsonRun run = rm_gc(store, {"--keep-manifests", "app:v1"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["removed"].size(), 1U);
  EXPECT_TRUE(has_manifest(store, old.manifest));
  EXPECT_TRUE(store.has_blob(old.layers[0]));
  EXPECT_EQ(run_dregs(store, {"rm", "--keep-manifests", "app:v2"}).exit_code,
            2);
}

TEST(RmUntagged, AManifestWithAnotherTagStays) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  store.tag("app", "stable", image.manifest);
  const JsonRun run = rm_gc(store, {"app:v1"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(has_manifest(store, image.manifest));
  EXPECT_EQ(run.report["kept"], Json::array());
  // Both tags together are its last ones.
  store.tag("app", "v1", image.manifest);
  store.image("web", "v1", {"web"});
  rm_gc(store, {"app:v1", "app:stable"});
  EXPECT_FALSE(has_manifest(store, image.manifest));
}

TEST(RmUntagged, TheChildrenOfAnIndexGoUnlessAnotherIndexNeedsThem) {
  StoreBuilder store;
  const BuiltImage amd = store.image("app", "", {"amd64"});
  const BuiltImage arm = store.image("app", "", {"arm64"});
  const BuiltImage riscv = store.image("app", "riscv", {"riscv"});
  const Digest gone =
      store.index("app", "all", {amd.manifest, arm.manifest, riscv.manifest});
  store.index("app", "some", {arm.manifest});
  const JsonRun run = rm_gc(store, {"app:all"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_FALSE(has_manifest(store, gone));
  EXPECT_FALSE(has_manifest(store, amd.manifest));
  EXPECT_FALSE(store.has_blob(amd.layers[0]));
  EXPECT_TRUE(has_manifest(store, arm.manifest));
  EXPECT_TRUE(has_manifest(store, riscv.manifest));
}

TEST(RmUntagged, AChildOfAKeptIndexStaysWithoutItsTag) {
  StoreBuilder store;
  const BuiltImage arm = store.image("app", "arm", {"arm64"});
  store.index("app", "all", {arm.manifest});
  const JsonRun run = rm_gc(store, {"app:arm"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(has_manifest(store, arm.manifest));
  EXPECT_THAT(why_stays(run, arm.manifest), HasSubstr("needs it"));
}

TEST(RmUntagged, AnUntaggedIndexThatStaysKeepsItsChildren) {
  StoreBuilder store;
  const BuiltImage arm = store.image("app", "arm", {"arm64"});
  store.index("app", "", {arm.manifest});
  const JsonRun run = rm_gc(store, {"app:arm"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(has_manifest(store, arm.manifest));
  EXPECT_TRUE(store.has_blob(arm.layers[0]));
}

TEST(RmUntagged, WhatWasUntaggedBeforeStays) {
  StoreBuilder store;
  const BuiltImage before = store.image("app", "", {"before"});
  const BuiltImage moved = store.image("app", "v1", {"moved"});
  store.image("app", "v1", {"now"});  // v1 remembers the old one
  store.image("app", "v2", {"other"});
  const JsonRun run = rm_gc(store, {"app:v1"});
  EXPECT_EQ(run.report["removed"].size(), 2U);
  EXPECT_TRUE(has_manifest(store, before.manifest));
  EXPECT_TRUE(has_manifest(store, moved.manifest));
}

TEST(RmUntagged, TheHistoryOfAKeptTagKeepsWhatItNames) {
  StoreBuilder store;
  const BuiltImage old = store.image("app", "v1", {"old"});
  store.tag("app", "latest", old.manifest);
  store.image("app", "latest", {"new"});
  const JsonRun run = rm_gc(store, {"app:v1"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(has_manifest(store, old.manifest));
  EXPECT_TRUE(
      store.has(StoreBuilder::history_path("app", "latest", old.manifest)));
  EXPECT_THAT(why_stays(run, old.manifest), HasSubstr("history"));
}

TEST(RmUntagged, ReferrersLeaveWithTheirSubject) {
  StoreBuilder store;
  const BuiltImage old = store.image("app", "v1", {"old"});
  store.image("app", "v2", {"new"});
  const BuiltImage signature = store.referrer("app", old.manifest, "signed");
  const JsonRun run = rm_gc(store, {"app:v1"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_FALSE(has_manifest(store, old.manifest));
  EXPECT_FALSE(has_manifest(store, signature.manifest));
  EXPECT_FALSE(store.has_blob(signature.manifest));
}

TEST(RmUntagged, AReferrerOfAKeptSubjectStaysWithoutItsTag) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  const Digest signature =
      store.artifact("app", "v1.sig", {"signed"}, image.manifest);
  rm_gc(store, {"app:v1.sig"});
  EXPECT_TRUE(has_manifest(store, signature));
}

TEST(RmUntagged, TheSubjectOfARemovedSignatureStaysThoughItHasNoTag) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const BuiltImage image = store.image("app", "", {"untagged"});
  store.artifact("app", "sig", {"signed"}, image.manifest);
  rm_gc(store, {"app:sig"});
  EXPECT_TRUE(has_manifest(store, image.manifest));
  EXPECT_TRUE(store.has_blob(image.layers[0]));
}

// Nobody named that tag. Its manifest refers to the image.
TEST(RmUntagged, ATagThatIsAboutTheImageKeepsItUntilItIsNamedToo) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  store.image("app", "v2", {"new"});
  const Digest bill = store.artifact("app", "", {"sbom"}, image.manifest);
  const std::string fallback = "sha256-" + image.manifest.hex();
  store.index("app", fallback, {bill});
  const JsonRun run = rm_gc(store, {"app:v1"});
  EXPECT_TRUE(has_manifest(store, image.manifest));
  EXPECT_THAT(why_stays(run, image.manifest), HasSubstr("is about it"));
  store.tag("app", "v1", image.manifest);
  EXPECT_EQ(rm_gc(store, {"app:v1", "app:" + fallback}).exit_code, 0);
  EXPECT_FALSE(has_manifest(store, image.manifest));
  EXPECT_FALSE(has_manifest(store, bill));
}

TEST(RmUntagged, APinnedRepositoryKeepsItsManifests) {
  StoreBuilder store;
  const BuiltImage old = store.image("app", "v1", {"old"});
  store.image("app", "v2", {"new"});
  store.corrupt(store.image("app", "", {"rotten"}).manifest);
  const JsonRun run = rm_gc(store, {"app:v1"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_TRUE(has_manifest(store, old.manifest));
  EXPECT_TRUE(store.has_blob(old.layers[0]));
  EXPECT_THAT(why_stays(run, old.manifest), HasSubstr("kept whole"));
}

TEST(RmUntagged, WhereANamedTagStaysTheManifestsDoToo) {
  StoreBuilder store;
  const BuiltImage old = store.image("app", "v1", {"old"});
  store.image("app", "v2", {"new"});
  store.write(StoreBuilder::tag_folder("app", "v2") + "/index/sha256/theirs",
              "litter");
  const JsonRun run = rm_gc(store, {"app:v*"});
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_TRUE(has_manifest(store, old.manifest));
}

// Servers list a tag for as long as its folder is there.
TEST(RmUntagged, ATagWithSomebodysFileInItsFolderStaysWhole) {
  for (const char* below : {"", "/current", "/index"}) {
    SCOPED_TRACE(below);
    StoreBuilder store;
    const BuiltImage image = store.image("app", "v1", {"base"});
    store.image("app", "v2", {"base"});
    store.write(StoreBuilder::tag_folder("app", "v1") + below + "/notes.txt",
                "mine");
    const TreeSnapshot before = store.snapshot();
    const JsonRun dry = run_for_json(store, {"rm", "--gc", "-n", "app:v1"});
    EXPECT_EQ(dry.report.at("removed"), nlohmann::json::array());
    const JsonRun run = run_for_json(store, {"rm", "--gc", "app:v1"});
    EXPECT_EQ(run.exit_code, dry.exit_code);
    EXPECT_EQ(store.snapshot(), before);
  }
}

TEST(RmUntagged, TheSameImageInAnotherRepositoryIsUntouched) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  store.image("mirror/app", "v1", {"base"});
  EXPECT_EQ(rm_gc(store, {"app:v1"}).exit_code, 0);
  EXPECT_FALSE(has_manifest(store, image.manifest));
  EXPECT_TRUE(
      store.has(StoreBuilder::revision_path("mirror/app", image.manifest)));
  EXPECT_TRUE(store.has_blob(image.layers[0]));
}

// This holds for every store, damaged or not. A tag that was not named loses
// nothing. A manifest that the report does not name loses nothing.
RC_GTEST_PROP(RmUntagged, WhatIsNotNamedLosesNothing, ()) {
  const auto program = *damaged_stores();
  const auto choice = *rc::gen::arbitrary<unsigned>();
  StoreBuilder store;
  build(store, program);
  const auto before = images_and_what_they_lack(store.v2());
  std::vector<std::string> tags;
  for (const auto& [name, lack] : before)
    if (name.find('@') == std::string::npos) tags.push_back(name);
  RC_PRE(!tags.empty());
  const std::string tag = tags[choice % tags.size()];
  const JsonRun run = rm_gc(store, {"--allow-empty", tag});
  const auto after = images_and_what_they_lack(store.v2());
  std::set<std::string> removed;
  for (const Json& each : run.report["removed"])
    removed.insert(each["repository"].get<std::string>() +
                   (each["tag"].is_null()
                        ? "@" + each["digest"].get<std::string>()
                        : ":" + each["tag"].get<std::string>()));
  for (const auto& [name, lack] : before)
    if (!removed.contains(name)) {
      RC_ASSERT(after.contains(name));
      RC_ASSERT(after.at(name) == lack);
    }
  for (const std::string& name : removed) RC_ASSERT(!after.contains(name));
}

TEST(RmUntagged, WithoutGcTheManifestStays) {
  StoreBuilder store;
  const BuiltImage old = store.image("app", "v1", {"old"});
  const JsonRun run = run_for_json(store, {"rm", "app:v1"});
  EXPECT_EQ(run.report["removed"].size(), 1U);
  EXPECT_EQ(run.report["kept"], Json::array());
  EXPECT_TRUE(has_manifest(store, old.manifest));
}

}  // namespace
}  // namespace dregs
