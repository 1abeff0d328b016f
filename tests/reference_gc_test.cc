// The reference is trusted because each of its rules is told here once.
#include "tests/reference_gc.h"

#include <gtest/gtest.h>

#include "tests/store_builder.h"

namespace dregs {
namespace {

using Paths = std::set<std::string>;

Paths removed(const StoreBuilder& store, bool delete_untagged = false) {
  return reference_gc(store.v2(), delete_untagged).paths;
}

TEST(ReferenceGc, OnlyUnreferencedBlobsAndLinksGo) {
  StoreBuilder store;
  store.image("app", "v1", {"base", "app"});
  const Digest orphan = store.blob("orphan");
  const Digest unneeded = store.layer("app", "unneeded");
  EXPECT_EQ(
      removed(store),
      (Paths{StoreBuilder::blob_path(orphan), StoreBuilder::blob_path(unneeded),
             StoreBuilder::layer_link_path("app", unneeded)}));
}

TEST(ReferenceGc, UntaggedRevisionGoesOnlyOnDemandAndLeavesSharedLayers) {
  StoreBuilder store;
  const BuiltImage old = store.image("app", "v1", {"base", "old"});
  store.image("app", "v1", {"base", "new"});
  EXPECT_EQ(removed(store), Paths{});
  const ReferencePlan plan = reference_gc(store.v2(), true);
  EXPECT_EQ(plan.blobs, (std::set<std::string>{old.manifest.to_string(),
                                               old.config.to_string(),
                                               old.layers[1].to_string()}));
  EXPECT_EQ(plan.revisions.size(), 1U);
  EXPECT_EQ(plan.layer_links.size(), 2U);
  EXPECT_EQ(plan.tag_history.size(), 1U);
}

TEST(ReferenceGc, ChildrenOfNestedIndexesStay) {
  StoreBuilder store;
  const BuiltImage child = store.image("app", "", {"amd64"});
  const Digest inner = store.index("app", "", {child.manifest});
  store.index("app", "v1", {inner});
  EXPECT_EQ(removed(store, true), Paths{});
}

TEST(ReferenceGc, ReferrersStayWithTheirSubjectAndGoWithIt) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base"});
  const BuiltImage signature = store.referrer("app", app.manifest, "signed");
  const BuiltImage second = store.referrer("app", signature.manifest, "twice");
  EXPECT_EQ(removed(store, true), Paths{});
  store.move_tag("app", "v1", store.image("app", "", {"new"}).manifest);
  const auto blobs = reference_gc(store.v2(), true).blobs;
  EXPECT_TRUE(blobs.contains(signature.manifest.to_string()));
  EXPECT_TRUE(blobs.contains(second.manifest.to_string()));
}

TEST(ReferenceGc, TaggedReferrerKeepsItsSubject) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "", {"base"});
  const BuiltImage signature = store.referrer("app", app.manifest, "signed");
  store.tag("app", "signature", signature.manifest);
  EXPECT_EQ(removed(store, true), Paths{});
}

TEST(ReferenceGc, LayerNamedBySha512Stays) {
  StoreBuilder store;
  store.image("app", "v1", {"base"}, {.sha512_layers = true});
  EXPECT_EQ(removed(store), Paths{});
}

TEST(ReferenceGc, SignaturesOfSchema1StayWithTheirRevision) {
  StoreBuilder store;
  const Digest old = store.schema1("app", "v1", {"base"}, 2);
  EXPECT_EQ(removed(store, true), Paths{});
  store.move_tag("app", "v1", store.image("app", "", {"new"}).manifest);
  const ReferencePlan plan = reference_gc(store.v2(), true);
  EXPECT_EQ(plan.blobs.size(), 4U);
  EXPECT_TRUE(plan.blobs.contains(old.to_string()));
}

TEST(ReferenceGc, BuildkitCacheKeepsItsLayers) {
  StoreBuilder store;
  store.buildkit_cache("app", "cache", {"one", "two"});
  EXPECT_EQ(removed(store, true), Paths{});
}

TEST(ReferenceGc, LostRevisionsFolderKeepsAllThatALinkStillNames) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const BuiltImage untagged = store.image("app", "", {"untagged"});
  store.remove("repositories/app/_manifests/revisions");
  EXPECT_EQ(removed(store), Paths{StoreBuilder::blob_path(untagged.manifest)});
}

struct Damage {
  const char* name;
  void (*apply)(StoreBuilder&, const BuiltImage&);
};

class ReferencePin : public ::testing::TestWithParam<Damage> {};

TEST_P(ReferencePin, NothingOfADamagedRepositoryGoesButOthersAreCollected) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base", "app"});
  store.image("app", "", {"untagged"});
  const Digest spare = store.layer("app", "spare");
  const Digest orphan = store.layer("other", "orphan");
  store.folder("repositories/other/_manifests/revisions");
  GetParam().apply(store, app);
  const ReferencePlan plan = reference_gc(store.v2(), true);
  EXPECT_EQ(plan.pinned, std::set<std::string>{"app"});
  EXPECT_EQ(plan.paths,
            (Paths{StoreBuilder::blob_path(orphan),
                   StoreBuilder::layer_link_path("other", orphan)}));
  EXPECT_TRUE(plan.live.contains(spare.to_string()));
}

INSTANTIATE_TEST_SUITE_P(
    Damage, ReferencePin,
    ::testing::Values(
        Damage{"corrupt_manifest",
               [](StoreBuilder& store, const BuiltImage& app) {
                 store.corrupt(app.manifest);
               }},
        Damage{"empty_manifest",
               [](StoreBuilder& store, const BuiltImage& app) {
                 store.truncate(app.manifest, 0);
               }},
        Damage{"missing_manifest",
               [](StoreBuilder& store, const BuiltImage& app) {
                 store.lose(app.manifest);
               }},
        Damage{"empty_revision_link",
               [](StoreBuilder& store, const BuiltImage& app) {
                 store.write(StoreBuilder::revision_path("app", app.manifest),
                             "");
               }},
        Damage{"revision_link_to_another",
               [](StoreBuilder& store, const BuiltImage& app) {
                 store.write(StoreBuilder::revision_path("app", app.manifest),
                             app.config.to_string());
               }},
        Damage{"tag_link_with_newline",
               [](StoreBuilder& store, const BuiltImage& app) {
                 store.write(StoreBuilder::tag_path("app", "v1"),
                             app.manifest.to_string() + "\n");
               }},
        Damage{"empty_layer_link",
               [](StoreBuilder& store, const BuiltImage& app) {
                 store.write(
                     StoreBuilder::layer_link_path("app", app.layers[0]), "");
               }},
        Damage{"unknown_manifest",
               [](StoreBuilder& store, const BuiltImage&) {
                 store.manifest_bytes("app", "odd", "{\"schemaVersion\":3}");
               }},
        Damage{"unresolved_sha512",
               [](StoreBuilder& store, const BuiltImage&) {
                 store.image("app", "v2", {"x"}, {.sha512_layers = true});
                 store.remove(
                     StoreBuilder::layer_link_path("app", sha512_text("x")));
               }}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace dregs
