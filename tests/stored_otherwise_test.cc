// Manifests below blobs/sha512 and blobs/sha384: no registry of today writes
// them, all serve them where a link leads there, so what they name stays.
#include <gmock/gmock.h>
#include <openssl/evp.h>

#include "scanner/formats/sha256.h"
#include "tests/command_run.h"
#include "tests/damaged_store.h"

namespace dregs {
namespace {

class StoredOtherwise : public DamagedStore {
 protected:
  // Stores the bytes under their sha512; returns "sha512:<hex>".
  std::string put(const std::string& bytes) {
    std::string digest = sha512_text(bytes);
    store.write(path_of(digest), bytes);
    return digest;
  }

  static std::string path_of(const std::string& digest) {
    const std::string hex = digest.substr(7);
    return "blobs/sha512/" + hex.substr(0, 2) + "/" + hex + "/data";
  }

  void link(const std::string& digest, const std::string& path = "") {
    store.write(
        path.empty() ? StoreBuilder::layer_link_path("app", digest) : path,
        digest);
  }

  // An image of `loose`, which nothing else names.
  std::string image() const {
    return R"({"schemaVersion":2,"mediaType":")" +
           std::string(media::oci_image) + R"(","layers":[{"digest":")" +
           loose.to_string() + "\"}]}";
  }

  void expect_kept() {
    collect();
    EXPECT_TRUE(store.has_blob(loose));
    EXPECT_TRUE(store.has(StoreBuilder::layer_link_path("app", loose)));
    EXPECT_FALSE(store.has_blob(sha256("layer of app nobody")));
  }

  const Digest loose = store.layer("app", "of a manifest by sha512");
};

DREGS_IN_BOTH_MODES(StoredOtherwise);

TEST_P(StoredOtherwise, ChildKeepsItsLayers) {
  store.manifest_bytes("app", "list", index_json(put(image())));
  expect_kept();
  EXPECT_FALSE(run.pinned("app"));
}

TEST_P(StoredOtherwise, ChildOfAnIndexThatIsStoredOtherwiseTooKeepsItsLayers) {
  store.manifest_bytes("app", "list",
                       index_json(put(index_json(put(image())))));
  expect_kept();
}

TEST_P(StoredOtherwise, ManifestThatAnAliasLinkNamesKeepsItsLayers) {
  link(put(image()));
  expect_kept();
}

TEST_P(StoredOtherwise,
       ManifestThatAnAliasLinkOfAnotherNameHoldsKeepsItsLayers) {
  store.write(StoreBuilder::layer_link_path("app", sha512_text("another")),
              put(image()));
  expect_kept();
}

TEST_P(StoredOtherwise, ManifestThatATagOrARevisionLinkHoldsKeepsItsLayers) {
  const std::string digest = put(image());
  link(digest, StoreBuilder::tag_path("app", "odd"));
  collect();
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_TRUE(store.has_blob(loose));
  store.untag("app", "odd");
  link(digest, StoreBuilder::revision_path("app", sha256("odd")));
  collect();
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_TRUE(store.has_blob(loose));
}

// Linked in one repository, its layers in another, as nobody should have it.
TEST_P(StoredOtherwise, ManifestOfAnotherRepositoryKeepsItsLayersBlobs) {
  const std::string digest = put(image());
  link(digest, StoreBuilder::repository_path("other") +
                   "/_manifests/revisions/sha512/" + digest.substr(7) +
                   "/link");
  collect();
  EXPECT_TRUE(store.has_blob(loose));
}

TEST_P(StoredOtherwise, ThatDoesNotHashToItsNamePinsAndKeepsWhatItNames) {
  const std::string digest = put(image());
  store.write(path_of(digest), image() + " ");
  link(digest);
  collect();
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_TRUE(store.has_blob(loose));
  EXPECT_EQ(run.finding("corrupt-manifest").at("digest"), digest);
  EXPECT_EQ(run.finding("corrupt-manifest").at("path"),
            in_root(path_of(digest)));
}

TEST_P(StoredOtherwise, LayerKeepsNothingElse) {
  link(put("\x1f\x8b a layer"));
  collect();
  EXPECT_FALSE(run.pinned("app"));
  EXPECT_FALSE(store.has_blob(loose));
}

// A folder alone does not serve anything.
TEST_P(StoredOtherwise, ReferenceToAFolderWithoutDataIsUnresolved) {
  const std::string digest = put(image());
  store.remove(path_of(digest));
  store.manifest_bytes("app", "list", index_json(digest));
  collect();
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_TRUE(run.finding("unresolved-reference").is_object());
}

TEST_P(StoredOtherwise, ThatCannotBeListedStopsTheRemovalOfBlobs) {
  store.write("blobs/sha512", "a file");
  collect();
  EXPECT_TRUE(run.refused().empty());
  store.remove("blobs/sha512");
  store.symlink("sha512", "blobs/sha512");
  const Digest garbage = store.blob("garbage");
  EXPECT_EQ(run_gc(store).exit_code, 3);
  EXPECT_TRUE(store.has_blob(garbage));
}

TEST(StoredOtherwiseInspect, ChildIsThere) {
  StoreBuilder store;
  const std::string bytes = R"({"schemaVersion":2,"mediaType":")" +
                            std::string(media::oci_image) + R"(","layers":[]})";
  const std::string digest = sha512_text(bytes);
  store.write(
      "blobs/sha512/" + digest.substr(7, 2) + "/" + digest.substr(7) + "/data",
      bytes);
  store.write(StoreBuilder::layer_link_path("app", digest), digest);
  store.manifest_bytes("app", "list", index_json(digest));
  const JsonRun run = run_for_json(store, {"inspect", "app:list"});
  EXPECT_EQ(run.report["children"][0]["present"], true) << run.report.dump(2);
}

}  // namespace
}  // namespace dregs
