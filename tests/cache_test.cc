// `dregs cache`: which images go from a pull-through cache, and that nothing
// else does. format.md#6.4.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "scanner/formats/sha256.h"
#include "tests/gc_run.h"
#include "tests/paths.h"
#include "tests/retention_run.h"
#include "tests/served_bucket.h"

namespace dregs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Words = std::vector<std::string>;
namespace fs = std::filesystem;

// A line of an access log, so many days old.
std::string pull(const std::string& repository, const std::string& reference,
                 int days) {
  const std::time_t at = std::time(nullptr) - 86'400 * days;
  return fmt::format(
      "1.2.3.4 - - [{:%d/%b/%Y:%H:%M:%S} +0000] \"GET /v2/{}/manifests/{} "
      "HTTP/1.1\" 200 9 \"-\" \"docker\"\n",
      fmt::gmtime(at), repository, reference);
}

// A pull-through cache. Every layer has a megabyte, and everything else is
// small beside that.
class Cache : public testing::Test {
 protected:
  static std::string megabyte(const std::string& name) {
    return name + std::string(1 << 20, '.');
  }

  // Somebody asked for it first and last so many days ago.
  BuiltImage fetch(const std::string& repository, const std::string& tag,
                   int days, const Words& layers) {
    Words contents;
    for (const std::string& layer : layers) contents.push_back(megabyte(layer));
    const BuiltImage image = store_.image(repository, tag, contents);
    for (const Digest& layer : image.layers) age_blob(layer, days);
    age_blob(image.config, days);
    age_manifest(repository, tag, image.manifest, days);
    return image;
  }

  void age_blob(const Digest& digest, int days) {
    store_.set_days(StoreBuilder::blob_path(digest), days);
  }

  void age_manifest(const std::string& repository, const std::string& tag,
                    const Digest& manifest, int days) {
    age_blob(manifest, days);
    store_.set_days(StoreBuilder::revision_path(repository, manifest), days);
    if (tag.empty()) return;
    store_.set_days(StoreBuilder::tag_path(repository, tag), days);
    store_.set_days(StoreBuilder::history_path(repository, tag, manifest),
                    days);
  }

  std::string configuration(const std::string& proxy) const {
    return store_.file("config.yml",
                       "version: 0.1\nstorage: {filesystem: {rootdirectory: " +
                           store_.root().string() + "}}\n" + proxy);
  }

  JsonRun cache(const Words& words,
                const std::string& proxy =
                    "proxy: {remoteurl: 'https://registry.example'}\n") {
    Words argv = {kDregsProgram, "cache", "--json", "--config",
                  configuration(proxy)};
    argv.insert(argv.end(), words.begin(), words.end());
    const ProgramResult result = run_program(argv);
    return {result.exit_code, nlohmann::json::parse(result.out, nullptr, false),
            result.err};
  }

  // "REPO:TAG,TAG" of each image in the list, in its order.
  static Words names(const nlohmann::json& images) {
    Words all;
    for (const auto& image : images) {
      std::string name = image["repository"];
      for (const std::string tag : image["tags"]) name += ":" + tag;
      all.push_back(name);
    }
    return all;
  }

  AgedStore store_;
};

TEST_F(Cache, TheLeastRecentlyUsedImagesGoUntilItIsSmallEnough) {
  const BuiltImage old = fetch("app", "old", 30, {"base", "old"});
  const BuiltImage middle = fetch("app", "middle", 20, {"base", "middle"});
  const BuiltImage fresh = fetch("web", "fresh", 10, {"base", "fresh"});
  const JsonRun run = cache({"--max-size", "2600K"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(names(run.report["images"]),
              ElementsAre("app:old", "app:middle"));
  EXPECT_FALSE(store_.has_blob(old.layers[1]) ||
               store_.has_blob(middle.layers[1]) ||
               store_.has("repositories/app/_manifests/tags/old"));
  EXPECT_TRUE(store_.has_blob(fresh.layers[0]) &&
              store_.has_blob(fresh.layers[1]));
}

TEST_F(Cache, AsFewGoAsTheSizeAsksFor) {
  fetch("app", "old", 30, {"old"});
  fetch("app", "fresh", 10, {"fresh"});
  EXPECT_THAT(names(cache({"-n", "--max-size", "1100K"}).report["images"]),
              ElementsAre("app:old"));
  const TreeSnapshot before = store_.snapshot();
  const JsonRun run = cache({"--max-size", "3M"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(names(run.report["images"]), IsEmpty());
  EXPECT_EQ(store_.snapshot(), before);
}

TEST_F(Cache, WhatWasNotUsedForLongGoesAndNothingElse) {
  const BuiltImage old = fetch("app", "old", 31, {"base", "old"});
  const BuiltImage fresh = fetch("app", "fresh", 29, {"base", "fresh"});
  const Digest young = store_.layer("app", "fetched alone, and lately");
  const JsonRun run = cache({"--older-than", "30d"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(names(run.report["images"]), ElementsAre("app:old"));
  EXPECT_FALSE(store_.has_blob(old.layers[1]) || store_.has_blob(old.manifest));
  EXPECT_TRUE(store_.has_blob(fresh.layers[0]) && store_.has_blob(young));
  EXPECT_TRUE(store_.has(StoreBuilder::layer_link_path("app", young)));
}

TEST_F(Cache, APullThatALogToldOfCountsAsUse) {
  fetch("app", "pulled", 90, {"pulled"});
  fetch("app", "forgotten", 60, {"forgotten"});
  const BuiltImage node = fetch("app", "", 90, {"by digest"});
  const std::string log =
      store_.file("access.log", pull("app", "pulled", 2) +
                                    pull("app", node.manifest.to_string(), 1));
  const std::string state = (store_.root() / "pulls").string();
  ASSERT_EQ(
      run_program({kDregsProgram, "pulls", "--state", state, log}).exit_code,
      0);
  const Words words = {"-n", "--max-size", "2200K"};
  EXPECT_EQ(names(cache(words).report["images"]).size(), 1u);
  const JsonRun run = cache({"-n", "--max-size", "1200K", "--pulls", state});
  EXPECT_THAT(names(run.report["images"]),
              ElementsAre("app:forgotten", "app:pulled"));
  EXPECT_TRUE(run.report["images"][0]["pulled"].is_null());
  EXPECT_EQ(run.report["images"][1]["pulled"],
            run.report["images"][1]["last_used"]);
}

TEST_F(Cache, AnIndexWasUsedWhenAnyOfItsChildrenWas) {
  const BuiltImage child = fetch("app", "", 5, {"child"});
  const BuiltImage other = fetch("app", "amd64", 80, {"other"});
  const Digest index =
      store_.index("app", "many", {child.manifest, other.manifest});
  age_manifest("app", "many", index, 90);
  fetch("app", "single", 40, {"single"});
  EXPECT_THAT(names(cache({"-n", "--older-than", "30d"}).report["images"]),
              ElementsAre("app:single"));
  const JsonRun run = cache({"--older-than", "4d", "--allow-empty"});
  EXPECT_EQ(names(run.report["images"]).size(), 3u);
  EXPECT_FALSE(store_.has_blob(child.manifest) || store_.has_blob(index) ||
               store_.has_blob(other.layers[0]));
}

TEST_F(Cache, AChildThatAnotherIndexNeedsStays) {
  const BuiltImage shared = fetch("app", "", 90, {"shared"});
  const BuiltImage own = fetch("app", "", 90, {"own"});
  const Digest old = store_.index("app", "v1", {shared.manifest, own.manifest});
  const Digest fresh = store_.index("app", "v2", {shared.manifest});
  age_manifest("app", "v1", old, 80);
  age_manifest("app", "v2", fresh, 3);
  EXPECT_EQ(cache({"--older-than", "30d"}).exit_code, 0);
  EXPECT_FALSE(store_.has_blob(old) || store_.has_blob(own.layers[0]));
  EXPECT_TRUE(store_.has_blob(fresh) && store_.has_blob(shared.layers[0]) &&
              store_.has(StoreBuilder::revision_path("app", shared.manifest)));
}

TEST_F(Cache, WhatATagMeantBeforeHasATimeOfItsOwn) {
  const BuiltImage before = fetch("app", "latest", 50, {"before"});
  const BuiltImage now = fetch("app", "latest", 2, {"now"});
  const JsonRun run = cache({"--older-than", "30d"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(names(run.report["images"]), ElementsAre("app"));
  EXPECT_FALSE(store_.has_blob(before.manifest));
  EXPECT_TRUE(store_.has_blob(now.manifest) &&
              store_.has(StoreBuilder::tag_path("app", "latest")));
}

TEST_F(Cache, LayersOfNoManifestGoBeforeAnyImage) {
  fetch("app", "v1", 30, {"app"});
  const Digest alone = store_.layer("app", megabyte("its manifest expired"));
  const JsonRun run = cache({"--max-size", "1500K"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(names(run.report["images"]), IsEmpty());
  EXPECT_FALSE(store_.has_blob(alone));
}

TEST_F(Cache, ASmallCacheKeepsLayersOfNoManifest) {
  fetch("app", "v1", 30, {"app"});
  const Digest alone = store_.layer("app", megabyte("its manifest expired"));
  const Digest garbage = store_.blob("nothing links it");
  const JsonRun run = cache({"--max-size", "3M"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(store_.has_blob(alone));
  EXPECT_FALSE(store_.has_blob(garbage));
}

TEST_F(Cache, WhatCannotBeUnderstoodStaysHoweverOldItIs) {
  const BuiltImage rotten = fetch("app", "rotten", 90, {"rotten"});
  store_.corrupt(rotten.manifest);
  fetch("web", "v1", 3, {"web"});
  const JsonRun run = cache({"--older-than", "30d", "--max-size", "1K"});
  EXPECT_TRUE(store_.has_blob(rotten.layers[0]));
  EXPECT_TRUE(store_.has(StoreBuilder::tag_path("app", "rotten")));
}

TEST_F(Cache, ATimeInTheFutureIsADoubtAndKeeps) {
  fetch("app", "tomorrow", -1, {"tomorrow"});
  fetch("app", "old", 90, {"old"});
  const JsonRun run = cache({"--max-size", "1K"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(names(run.report["images"]), ElementsAre("app:old"));
  EXPECT_THAT(names(run.report["kept"]), ElementsAre("app:tomorrow"));
  EXPECT_TRUE(store_.has_blob(sha256(megabyte("tomorrow"))));
}

TEST_F(Cache, WhatADryRunNamesGoesAndTheSizeIsWhatItSays) {
  fetch("app", "old", 40, {"base", "old"});
  fetch("app", "fresh", 3, {"base", "fresh"});
  store_.blob("garbage");
  const Words words = {"--older-than", "30d", "--list"};
  Words dry = words;
  dry.emplace_back("-n");
  const JsonRun foreseen = cache(dry);
  const JsonRun done = cache(words);
  EXPECT_EQ(foreseen.report["removals"], done.report["removals"]);
  EXPECT_EQ(foreseen.report["size"], done.report["size"]);
  std::uint64_t bytes = 0;
  for (const auto& entry :
       fs::recursive_directory_iterator(store_.v2() / "blobs"))
    if (entry.is_regular_file()) bytes += entry.file_size();
  EXPECT_EQ(done.report["size"]["after"], bytes);
}

TEST_F(Cache, TheSchedulersStateIsNeverTouched) {
  const std::string state = store_.file("scheduler-state.json", "{\"a\": 1}");
  fetch("app", "old", 40, {"old"});
  fetch("app", "fresh", 3, {"fresh"});
  store_.set_days("../../../scheduler-state.json", 40);
  const TreeSnapshot before = snapshot_tree(store_.root());
  EXPECT_EQ(cache({"--older-than", "30d"}).exit_code, 0);
  EXPECT_EQ(store_.read(state), "{\"a\": 1}");
  EXPECT_EQ(snapshot_tree(store_.root()).at("scheduler-state.json"),
            before.at("scheduler-state.json"));
}

// A cache that became a registry of its own keeps its scheduler-state.json, and
// its images are nowhere else.
TEST_F(Cache, ARegistryWithoutAnUpstreamIsRefused) {
  fetch("app", "old", 40, {"old"});
  store_.file("scheduler-state.json", "{}");
  const TreeSnapshot before = store_.snapshot();
  for (const JsonRun& run :
       {cache({"--older-than", "30d"}, ""),
        run_for_json(store_, {"cache", "--older-than", "30d"})}) {
    EXPECT_EQ(run.exit_code, 3);
    EXPECT_THAT(run.report["refused"][0]["way_out"].get<std::string>(),
                HasSubstr("REGISTRY_PROXY_REMOTEURL"));
    EXPECT_EQ(run.report["size"]["before"], nullptr);
  }
  EXPECT_EQ(store_.snapshot(), before);
}

TEST(BucketCache, LetsGoWhatWasNotUsedForLong) {
  StoreBuilder before;
  StoreBuilder lately;
  const BuiltImage old = before.image("app", "v1", {"base", "old"});
  const BuiltImage fresh = lately.image("web", "v1", {"base", "fresh"});
  ServedBucket bucket;
  bucket.fill(before);
  bucket.age_everything(std::chrono::hours(1000));
  bucket.fill(lately);
  bucket.age_everything(std::chrono::hours(48));
  const Words words = {"cache", "--older-than", "30d"};
  EXPECT_EQ(bucket.run_for_json(words).exit_code, 3);
  ::setenv("REGISTRY_PROXY_REMOTEURL", "https://registry.example", 1);
  const JsonRun run = bucket.run_for_json(words);
  ::unsetenv("REGISTRY_PROXY_REMOTEURL");
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["images"].size(), 1u);
  EXPECT_FALSE(bucket.has(StoreBuilder::blob_path(old.manifest)) ||
               bucket.has(StoreBuilder::blob_path(old.layers[1])));
  EXPECT_TRUE(bucket.has(StoreBuilder::blob_path(fresh.manifest)) &&
              bucket.has(StoreBuilder::blob_path(fresh.layers[0])));
}

TEST_F(Cache, AllOfItGoesOnlyByTheUsersWord) {
  fetch("app", "old", 40, {"old"});
  const TreeSnapshot before = store_.snapshot();
  EXPECT_EQ(cache({"--max-size", "0"}).exit_code, 3);
  EXPECT_EQ(store_.snapshot(), before);
  EXPECT_EQ(cache({"--max-size", "0", "--allow-empty"}).exit_code, 0);
  EXPECT_FALSE(store_.has_blob(sha256(megabyte("old"))));
}

TEST_F(Cache, ALimitIsNeededAndHasToBeUnderstood) {
  fetch("app", "v1", 1, {"app"});
  const JsonRun none = cache({});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.err, HasSubstr("--max-size 200G"));
  for (const char* size : {"1.5T", "-1", "lots", "99999999999T"}) {
    const JsonRun run = cache({"--max-size", size});
    EXPECT_EQ(run.exit_code, 2) << size;
    EXPECT_THAT(run.err, HasSubstr("is not a size")) << run.err;
  }
}

}  // namespace
}  // namespace dregs
