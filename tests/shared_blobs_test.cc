// What two repositories share: format.md#row-79 and #row-80. Links are decided
// on for each repository, blobs for all of them together; that must not depend
// on which repository comes first.
#include <gtest/gtest.h>

#include "tests/gc_run.h"

namespace dregs {
namespace {

using Paths = std::set<std::string>;

// Whether the repository that keeps the blob is named before the other.
class SharedBlob : public testing::TestWithParam<bool> {
 protected:
  // Runs gc and says which files went. Nothing is wrong with the store.
  Paths collect(const std::vector<std::string>& arguments) {
    const TreeSnapshot before = store.snapshot();
    const GcRun run = run_gc(store, arguments);
    EXPECT_EQ(run.exit_code, 0) << run.report.dump(2);
    EXPECT_EQ(run_gc(store, arguments).removed(), Paths{});
    return store.removed_since(before);
  }

  const std::string keeper = GetParam() ? "a" : "z";
  const std::string other = GetParam() ? "z" : "a";
  StoreBuilder store;
};

INSTANTIATE_TEST_SUITE_P(Gc, SharedBlob, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& first) {
                           return first.param ? "keeper_first" : "keeper_last";
                         });

// row 79
TEST_P(SharedBlob, NeededByOneRepositoryStaysWhileTheOthersLinkGoes) {
  const BuiltImage image = store.image(keeper, "v1", {"base", "shared"});
  store.image(other, "v1", {"base"});
  store.link_layer(other, image.layers[1]);
  EXPECT_EQ(collect({}),
            Paths{StoreBuilder::layer_link_path(other, image.layers[1])});
}

// row 79
TEST_P(SharedBlob, ThatIsAManifestHereAndALayerThereKeepsWhatItNames) {
  const BuiltImage image = store.image(keeper, "v1", {"base"});
  store.image(other, "v1", {"other base"});
  store.link_layer(other, image.manifest);
  store.link_layer(other, image.layers[0]);
  EXPECT_EQ(collect({"-m"}),
            (Paths{StoreBuilder::layer_link_path(other, image.manifest),
                   StoreBuilder::layer_link_path(other, image.layers[0])}));
}

// row 80
TEST_P(SharedBlob, UntaggedHereAndTaggedThereLeavesHereWithAllItsLinks) {
  const BuiltImage image = store.image(keeper, "v1", {"base", "shared"});
  store.image(other, "", {"base", "shared"});
  const Digest tagged = store.image(other, "v2", {"base", "new"}).manifest;
  EXPECT_EQ(collect({"-m"}),
            (Paths{StoreBuilder::revision_path(other, image.manifest),
                   StoreBuilder::layer_link_path(other, image.config),
                   StoreBuilder::layer_link_path(other, image.layers[1])}));
  EXPECT_TRUE(store.has(StoreBuilder::revision_path(other, tagged)));
}

// row 80
TEST_P(SharedBlob, UntaggedHereAndTaggedThereStaysWithItsLinksByDefault) {
  store.image(keeper, "v1", {"base", "shared"});
  store.image(other, "", {"base", "shared"});
  EXPECT_EQ(collect({}), Paths{});
}

}  // namespace
}  // namespace dregs
