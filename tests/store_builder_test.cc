#include "tests/store_builder.h"

#include <gtest/gtest.h>

#include "scanner/formats/sha256.h"

namespace dregs {
namespace {

using namespace std::chrono_literals;
using Paths = std::set<std::string>;

TEST(StoreBuilder, PushWritesBlobsLinksAndTagWithTheirDigests) {
  StoreBuilder store;
  const BuiltImage app = store.image("team/app", "v1", {"base", "app"});
  for (const Digest& digest : {app.manifest, app.config, app.layers[1]}) {
    EXPECT_EQ(sha256(store.read(StoreBuilder::blob_path(digest))), digest);
  }
  const std::string text = app.manifest.to_string();
  for (const std::string& link :
       {StoreBuilder::tag_path("team/app", "v1"),
        StoreBuilder::revision_path("team/app", app.manifest),
        StoreBuilder::history_path("team/app", "v1", app.manifest)}) {
    EXPECT_EQ(store.read(link), text) << link;
  }
  EXPECT_TRUE(
      store.has(StoreBuilder::layer_link_path("team/app", app.layers[0])));
}

TEST(StoreBuilder, SameWordsGiveTheSameDigestsInAnyStore) {
  StoreBuilder one;
  StoreBuilder two;
  EXPECT_EQ(one.image("a", "v1", {"base"}).manifest,
            two.image("b", "", {"base"}).manifest);
}

TEST(StoreBuilder, DeletingAManifestLeavesWhatTheApiLeaves) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base"});
  store.image("app", "v2", {"other"});
  store.tag("app", "v2", app.manifest);
  store.move_tag("app", "v2", store.image("app", "", {"new"}).manifest);
  store.delete_manifest("app", app.manifest);
  EXPECT_FALSE(store.has(StoreBuilder::tag_folder("app", "v1")));
  EXPECT_TRUE(store.has(StoreBuilder::history_path("app", "v2", app.manifest)));
  EXPECT_TRUE(store.has("repositories/app/_manifests/revisions/sha256/" +
                        app.manifest.hex()));
  EXPECT_FALSE(store.has(StoreBuilder::revision_path("app", app.manifest)));
  EXPECT_TRUE(store.has_blob(app.manifest));
}

TEST(StoreBuilder, CorruptManifestStaysJsonButNamesAnotherLayer) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base"});
  const std::string path = StoreBuilder::blob_path(app.manifest);
  const std::string before = store.read(path);
  store.corrupt(app.manifest);
  EXPECT_EQ(store.read(path).size(), before.size());
  EXPECT_NE(sha256(store.read(path)), app.manifest);
  EXPECT_EQ(store.read(path).find(app.layers[0].to_string()),
            std::string::npos);
}

TEST(StoreBuilder, SnapshotsTellWhatWasLostAddedAndChanged) {
  StoreBuilder store;
  const Digest old = store.blob("old");
  const Digest other = store.blob("other");
  const TreeSnapshot before = store.snapshot();
  store.lose(old);
  store.corrupt(other);
  const Digest fresh = store.blob("fresh");
  EXPECT_EQ(store.removed_since(before), Paths{StoreBuilder::blob_path(old)});
  EXPECT_EQ(files_added(before, store.snapshot()),
            Paths{StoreBuilder::blob_path(fresh)});
  EXPECT_EQ(files_changed(before, store.snapshot()),
            Paths{StoreBuilder::blob_path(other)});
}

TEST(StoreBuilder, UploadLooksAsOldAsItSays) {
  StoreBuilder store;
  store.upload("app", "0a-id", 48h, "half");
  const auto path = store.v2() / StoreBuilder::upload_path("app", "0a-id");
  const auto age = std::filesystem::file_time_type::clock::now() -
                   std::filesystem::last_write_time(path / "data");
  EXPECT_GE(age, 48h);
  EXPECT_LT(age, 49h);
  EXPECT_EQ(store.read("repositories/app/_uploads/0a-id/startedat").size(),
            20U);
}

TEST(StoreBuilder, TheFolderGoesWithTheObjectEvenWithoutPermissions) {
  std::filesystem::path root;
  {
    StoreBuilder store;
    store.image("app", "v1", {"base"});
    root = store.root();
    std::filesystem::permissions(store.v2() / "repositories/app",
                                 std::filesystem::perms::none);
  }
  EXPECT_FALSE(std::filesystem::exists(root));
}

}  // namespace
}  // namespace dregs
