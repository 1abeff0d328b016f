// Pull-through caches: format.md#6.4 and #row-74.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "scanner/formats/sha256.h"
#include "tests/gc_run.h"

namespace dregs {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

void expect_cache_refused(StoreBuilder& store, const std::string& reason,
                          const std::vector<std::string>& arguments = {}) {
  const TreeSnapshot before = snapshot_tree(store.root());
  const GcRun run = run_gc(store, arguments);
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.refused(), HasSubstr(reason));
  EXPECT_EQ(run.removed(), std::set<std::string>());
  EXPECT_EQ(snapshot_tree(store.root()), before);
}

// row 74
TEST(ProxyCache, APullThroughCacheHasNothingUntaggedToDelete) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.image("app", "", {"old"});
  const Digest garbage = store.blob("garbage");
  std::ofstream(store.root() / "scheduler-state.json") << "{}";
  expect_cache_refused(store, "pull-through cache", {"-m"});
  const GcRun run = run_gc(store);
  EXPECT_TRUE(run.exit_code == 0 || run.exit_code == 1);
  EXPECT_TRUE(store.has_blob(sha256("old")));
  EXPECT_FALSE(store.has_blob(garbage));
  EXPECT_EQ(fs::file_size(store.root() / "scheduler-state.json"), 2u);
}

// row 74
TEST(ProxyCache, APullThroughCacheLacksWhatNobodyAskedItFor) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base", "rare"});
  const Digest old = store.image("app", "", {"old"}).manifest;
  std::ofstream(store.root() / "scheduler-state.json") << "{}";
  store.lose(app.layers[1]);
  store.alias_link("app", sha512_text("rare"), app.layers[1]);
  for (const std::vector<std::string>& flags :
       {std::vector<std::string>{}, {"-m", "--allow-proxy-cache"}}) {
    const GcRun run = run_gc(store, flags);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(run.report.at("pinned").size(), 0u);
    EXPECT_EQ(run.finding("missing-blob"), nullptr);
    EXPECT_EQ(run.finding("dangling-link"), nullptr);
    EXPECT_EQ(store.has_blob(old), flags.empty());
  }
}

// row 74: as on any other registry, children of kept indexes and all that they
// need included.
TEST(ProxyCache, WhatIsUntaggedGoesFromAPullThroughCacheByTheUsersWord) {
  StoreBuilder store;
  const Digest child = store.image("app", "", {"child"}).manifest;
  const Digest rare = store.image("app", "", {"rare"}).manifest;
  store.index("app", "v1", {child, rare});
  store.lose(rare);  // which nobody has asked for yet
  store.remove(
      fs::path(StoreBuilder::revision_path("app", rare)).parent_path());
  const BuiltImage old = store.image("app", "", {"old"});
  const Digest fetched = store.layer("app", "fetched alone");
  std::ofstream(store.root() / "scheduler-state.json") << "{}";
  const GcRun run = run_gc(store, {"-m", "--allow-proxy-cache"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report.at("manifests").at("removed"), 1);
  EXPECT_FALSE(store.has_blob(old.manifest) || store.has_blob(old.layers[0]) ||
               store.has_blob(fetched));
  EXPECT_TRUE(store.has_blob(child) && store.has_blob(sha256("child")));
}

// row 74: a tag is written before its manifest is fetched, and a manifest that
// expires leaves its tag (format.md#6.4).
TEST(ProxyCache, ATagWithoutItsManifestIsUsualInAPullThroughCache) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.tag("asked", "v1", sha256("not fetched yet"));
  store.lose(store.image("expired", "v1", {"gone"}).manifest);
  const Digest alone = store.layer("layers", "fetched alone");
  std::ofstream(store.root() / "scheduler-state.json") << "{}";
  const GcRun run = run_gc(store);
  EXPECT_EQ(run.exit_code, 0) << run.report.at("findings").dump();
  EXPECT_EQ(run.report.at("pinned").size(), 0u);
  EXPECT_TRUE(store.has_blob(alone) && store.has_blob(sha256("gone")));
}

// row 74: what is wrong in any registry is wrong in a cache.
TEST(ProxyCache, WhatCannotBeUnderstoodPinsInAPullThroughCache) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.corrupt(store.image("app", "", {"rotten"}).manifest);
  std::ofstream(store.root() / "scheduler-state.json") << "{}";
  const GcRun run = run_gc(store, {"-m", "--allow-proxy-cache"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_TRUE(store.has_blob(sha256("rotten")));
}

}  // namespace
}  // namespace dregs
