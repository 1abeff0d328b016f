// `dregs rm --gc` where registry 2.1 linked manifests like layers: a layer link
// is not what the user named, so it stays, with all that the manifest needs.
// The dry run says so as well.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/command_run.h"

namespace dregs {
namespace {

class RmAmongLayers : public testing::Test {
 protected:
  RmAmongLayers() { store.image("app", "v2", {"of the tag that stays"}); }

  void link_as_a_layer_only(const Digest& manifest) {
    store.link_layer("app", manifest);
    store.remove(
        std::filesystem::path(StoreBuilder::revision_path("app", manifest))
            .parent_path());
  }

  // Expects that the dry run named what the run then removed.
  void remove(const std::string& what) {
    const JsonRun dry =
        run_for_json(store, {"rm", "--gc", "-n", "--list", what});
    const JsonRun run = run_for_json(store, {"rm", "--gc", "--list", what});
    EXPECT_EQ(run.exit_code, dry.exit_code) << run.err;
    EXPECT_EQ(run.report["removals"], dry.report["removals"]);
    EXPECT_EQ(run.report["frees"], dry.report["frees"]);
  }

  StoreBuilder store;
};

TEST_F(RmAmongLayers, WhatATagLeavesThereStaysWithItsParts) {
  const BuiltImage old = store.image("app", "v1", {"pushed to 2.1"});
  link_as_a_layer_only(old.manifest);
  remove("app:v1");
  EXPECT_TRUE(store.has_blob(old.manifest));
  EXPECT_TRUE(store.has_blob(old.layers[0]));
}

TEST_F(RmAmongLayers, AnIndexThatStaysThereKeepsItsChildren) {
  const BuiltImage child = store.image("app", "", {"of a child"});
  const Digest index = store.index("app", "v1", {child.manifest});
  link_as_a_layer_only(index);
  remove("app:v1");
  EXPECT_TRUE(store.has(StoreBuilder::revision_path("app", child.manifest)));
  EXPECT_TRUE(store.has_blob(child.layers[0]));
}

TEST_F(RmAmongLayers, ARevisionThatIsALayerTooStays) {
  const BuiltImage old = store.image("app", "v1", {"pushed to both"});
  store.link_layer("app", old.manifest);
  remove("app:v1");
  EXPECT_TRUE(store.has(StoreBuilder::revision_path("app", old.manifest)));
  EXPECT_TRUE(store.has_blob(old.layers[0]));
}

TEST_F(RmAmongLayers, ANamedRevisionLeavesItsLayerLink) {
  const BuiltImage old = store.image("app", "", {"pushed to both"});
  store.link_layer("app", old.manifest);
  remove("app@" + old.manifest.to_string());
  EXPECT_FALSE(store.has(StoreBuilder::revision_path("app", old.manifest)));
  EXPECT_TRUE(store.has_blob(old.layers[0]));
}

// Nobody had to read it as a manifest while it was a part of an image.
TEST_F(RmAmongLayers, AManifestThatAnImageHadForALayerStays) {
  const BuiltImage inner = store.image("app", "", {"of the inner image"});
  const std::string bytes = store.read(StoreBuilder::blob_path(inner.manifest));
  link_as_a_layer_only(inner.manifest);
  store.image("app", "v1", {bytes});
  remove("app:v1");
  EXPECT_TRUE(store.has_blob(inner.manifest));
  EXPECT_TRUE(store.has_blob(inner.layers[0]));
}

}  // namespace
}  // namespace dregs
