// Registry 2.1 linked manifests like layers, and servers up to 2.8 still serve
// them by digest: without --delete-untagged they stay.
#include <gmock/gmock.h>

#include <filesystem>

#include "scanner/formats/sha256.h"
#include "tests/damaged_store.h"

namespace dregs {
namespace {

class AmongLayers : public DamagedStore {
 protected:
  // Makes a push by digest look as registry 2.1 left it.
  void link_as_a_layer(const Digest& manifest) {
    store.link_layer("app", manifest);
    store.remove(
        std::filesystem::path(StoreBuilder::revision_path("app", manifest))
            .parent_path());
  }
};

DREGS_IN_BOTH_MODES(AmongLayers);

TEST_P(AmongLayers, AnUntaggedManifestStaysWithAllItsParts) {
  const BuiltImage pushed = store.image("app", "", {"pushed to 2.1"});
  link_as_a_layer(pushed.manifest);
  collect();
  const bool kept = !deletes_untagged();
  EXPECT_EQ(store.has_blob(pushed.manifest), kept);
  EXPECT_EQ(store.has_blob(pushed.layers[0]), kept);
  EXPECT_EQ(store.has(StoreBuilder::layer_link_path("app", pushed.manifest)),
            kept);
  EXPECT_EQ(store.has(StoreBuilder::layer_link_path("app", pushed.layers[0])),
            kept);
  EXPECT_FALSE(run.pinned("app"));
  EXPECT_EQ(run.finding("manifest-among-layers").at("digest"),
            pushed.manifest.to_string());
}

TEST_P(AmongLayers, AnIndexStaysWithItsChildren) {
  const BuiltImage child = store.image("app", "", {"of a child"});
  const Digest index = store.index("app", "", {child.manifest});
  link_as_a_layer(child.manifest);
  link_as_a_layer(index);
  collect();
  EXPECT_EQ(store.has_blob(child.layers[0]), !deletes_untagged());
}

TEST_P(AmongLayers, WhatAnAliasLinkNamesStaysToo) {
  const BuiltImage pushed = store.image("app", "", {"pushed to 2.1"});
  const std::string alias =
      sha512_text(store.read(StoreBuilder::blob_path(pushed.manifest)));
  store.alias_link("app", alias, pushed.manifest);
  store.remove(
      std::filesystem::path(StoreBuilder::revision_path("app", pushed.manifest))
          .parent_path());
  collect();
  EXPECT_EQ(store.has_blob(pushed.layers[0]), !deletes_untagged());
  EXPECT_EQ(store.has(StoreBuilder::layer_link_path("app", alias)),
            !deletes_untagged());
}

// The same bytes are an image elsewhere; here they were pushed to 2.1.
TEST_P(AmongLayers, WhatIsARevisionElsewhereStaysHere) {
  const BuiltImage pushed = store.image("app", "", {"pushed twice"});
  link_as_a_layer(pushed.manifest);
  store.link_revision("third", pushed.manifest);
  store.tag("third", "v1", pushed.manifest);
  collect();
  EXPECT_EQ(store.has(StoreBuilder::layer_link_path("app", pushed.layers[0])),
            !deletes_untagged());
}

TEST_P(AmongLayers, AReferrerOfAKeptImageStays) {
  const BuiltImage signature =
      store.referrer("app", app.manifest, "a signature");
  link_as_a_layer(signature.manifest);
  collect();
  EXPECT_TRUE(store.has_blob(signature.layers[0]));
}

// Nobody serves these as manifests, and of garbage it does not matter whether
// it is damaged.
TEST_P(AmongLayers, WhatIsNotAManifestGoes) {
  std::vector<Digest> garbage;
  for (const std::string& bytes :
       {std::string("{}"), std::string(R"({"architecture":"amd64"})"),
        std::string(R"({"schemaVersion":3})"), std::string("{\"cut"),
        std::string(100, '\0')})
    garbage.push_back(store.layer("app", bytes));
  garbage.push_back(store.layer("app", "cut to nothing"));
  store.truncate(garbage.back(), 0);
  collect();
  EXPECT_FALSE(run.pinned("app"));
  for (const Digest& digest : garbage) EXPECT_FALSE(store.has_blob(digest));
}

}  // namespace
}  // namespace dregs
