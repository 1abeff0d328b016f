// What manifests refer to and the store does not hold as expected:
// format.md#row-29 to #row-35 and #row-40.
#include <gmock/gmock.h>

#include <filesystem>

#include "scanner/formats/sha256.h"
#include "tests/damaged_store.h"

namespace dregs {
namespace {

std::string folder_of(const std::string& path) {
  return std::filesystem::path(path).parent_path();
}

std::string child(const std::string& type, const Digest& digest) {
  return R"({"mediaType":")" + type + R"(","digest":")" + digest.to_string() +
         "\"}";
}

std::string index_of(const std::string& children) {
  return R"({"schemaVersion":2,"mediaType":")" + std::string(media::oci_index) +
         R"(","manifests":[)" + children + "]}";
}

class OddReference : public DamagedStore {
 protected:
  // As corrupt bytes may be: under a name that is not their hash.
  void write_as(const Digest& name, const std::string& bytes) {
    store.write(StoreBuilder::blob_path(name), bytes);
    store.link_revision("app", name);
  }

  // Returns the only child of an index, which has no revision link and is a
  // layer of eight images: one of so many is met before the index.
  BuiltImage child_and_layer() {
    const BuiltImage both = store.image("app", "", {"of the child alone"});
    const std::string bytes =
        store.read(StoreBuilder::blob_path(both.manifest));
    for (int i = 0; i < 8; ++i)
      store.image("app", "v" + std::to_string(i), {bytes, std::to_string(i)});
    store.index("app", "multi", {both.manifest});
    store.remove(StoreBuilder::revision_path("app", both.manifest));
    return both;
  }

  void expect_corrupt(const Digest& digest,
                      const std::vector<std::string>& needed_by) const {
    expect_finding("corrupt-manifest", StoreBuilder::blob_path(digest),
                   digest.to_string(), needed_by);
  }
};

DREGS_IN_BOTH_MODES(OddReference);

// row 29
TEST_P(OddReference, SignaturesOfASchema1ManifestStayWithIt) {
  store.schema1("app", "legacy", {"base", "legacy"}, 2);
  collect();
  expect_not_pinned();
  EXPECT_EQ(run.exit_code, 0);
}

// row 29
TEST_P(OddReference, SignaturesOfASchema1ManifestGoWithIt) {
  const Digest legacy = store.schema1("app", "", {"legacy"}, 1);
  const Digest signature = sha256("signature 0 of " + legacy.hex());
  collect();
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(store.has_blob(signature), !deletes_untagged());
  EXPECT_EQ(store.has(folder_of(StoreBuilder::revision_path("app", legacy))),
            !deletes_untagged());
}

// row 29; no server looks for them in another repository.
TEST_P(OddReference, SignaturesGoWithTheirRevisionWhereAnotherRepositoryHasIt) {
  const Digest legacy = store.schema1("app", "", {"legacy"}, 1);
  store.layer("unsigned", "legacy");
  store.link_revision("unsigned", legacy);
  store.tag("unsigned", "v1", legacy);
  const Digest signature = sha256("signature 0 of " + legacy.hex());
  collect();
  EXPECT_EQ(store.has_blob(signature), !deletes_untagged());
  EXPECT_TRUE(store.has_blob(legacy));
  collect();
  EXPECT_EQ(run.removed(), std::set<std::string>());
}

// row 29; what is among them and no link is somebody's.
TEST_P(OddReference, AForeignFileAmongSignaturesStays) {
  const Digest legacy = store.schema1("app", "", {"legacy"}, 1);
  const std::string notes =
      folder_of(StoreBuilder::revision_path("app", legacy)) +
      "/signatures/sha256/notes";
  store.write(notes, "mine");
  const Digest plain = store.schema1("app", "plain", {"plain"});
  const std::string instead =
      folder_of(StoreBuilder::revision_path("app", plain)) + "/signatures";
  store.write(instead, "mine");
  collect();
  EXPECT_TRUE(run.refused().empty());
  EXPECT_TRUE(store.has(notes));
  EXPECT_TRUE(store.has(instead));
}

// row 29
TEST_P(OddReference, AFileForTheFolderOfSignaturesIsNoObstacle) {
  const Digest legacy = store.schema1("app", "legacy", {"legacy"});
  const std::string file =
      folder_of(StoreBuilder::revision_path("app", legacy)) + "/signatures";
  store.write(file, "mine");
  collect();
  expect_not_pinned();
  EXPECT_TRUE(store.has(file));
}

// row 29
TEST_P(OddReference, SignaturesOfACorruptSchema1ManifestStay) {
  const Digest legacy = store.schema1("app", "legacy", {"legacy"}, 2);
  store.truncate(legacy, 10);
  collect();
  expect_pinned();
  expect_corrupt(legacy, {"app:legacy"});
}

// row 30
TEST_P(OddReference, IndexThatNamesItselfIsFollowedOnce) {
  const Digest self = sha256("itself");
  write_as(self, index_of(child(media::oci_index, self)));
  store.tag("app", "self", self);
  collect();
  expect_pinned();
  expect_corrupt(self, {"app:self"});
}

// row 30
TEST_P(OddReference, IndexesThatNameEachOtherAreFollowedOnce) {
  const Digest one = sha256("one");
  const Digest two = sha256("two");
  const BuiltImage image = store.image("app", "", {"in the circle"});
  write_as(one, index_of(child(media::oci_index, two)));
  write_as(two, index_of(child(media::oci_index, one) + "," +
                         child(media::oci_image, image.manifest)));
  store.tag("app", "circle", one);
  collect();
  expect_pinned();
  expect_corrupt(one, {"app:circle"});
  expect_corrupt(two, {"app:circle"});
}

// row 31
TEST_P(OddReference, ChildThatIsMissingCostsNoOther) {
  const BuiltImage amd64 = store.image("app", "", {"base", "amd64"});
  const BuiltImage arm64 = store.image("app", "", {"base", "arm64"});
  store.index("app", "multi", {amd64.manifest, arm64.manifest});
  store.remove(StoreBuilder::revision_path("app", arm64.manifest));
  store.lose(arm64.manifest);
  store.lose(arm64.layers[1]);
  store.remove(StoreBuilder::layer_link_path("app", arm64.layers[1]));
  store.lose(arm64.config);
  store.remove(StoreBuilder::layer_link_path("app", arm64.config));
  collect();
  expect_not_pinned();
  expect_finding("missing-child", StoreBuilder::blob_path(arm64.manifest),
                 arm64.manifest.to_string(), {"app:multi"});
  EXPECT_EQ(run.exit_code, 0);  // some platforms only may be meant
}

// row 32
TEST_P(OddReference, ChildThatIsALayerIsNeverReadWhole) {
  // Its bytes are not what its name says: whoever read them would complain.
  const Digest huge = sha256("huge");
  store.write(StoreBuilder::blob_path(huge), "\x1f\x8b");
  store.truncate(huge, 5 * 1024 * 1024);
  store.link_layer("app", huge);
  const Digest small = sha256("small");
  store.write(StoreBuilder::blob_path(small), "bytes");
  store.link_layer("app", small);
  const Digest empty = store.layer("app", "");
  // Beyond what is read as a manifest, it is not even looked at.
  const Digest vast = sha256("vast");
  store.write(StoreBuilder::blob_path(vast), "{");
  store.truncate(vast, 65 * 1024 * 1024);
  store.link_layer("app", vast);
  std::string children;
  for (const Digest& each : {huge, small, empty, vast})
    children += (children.empty() ? "" : ",") + child(media::oci_layer, each);
  store.manifest_bytes("app", "cache", index_of(children));
  collect();
  expect_not_pinned();
  EXPECT_EQ(run.exit_code, 0) << run.report.at("findings");
}

// rows 20 and 33: what a crash left of a child may have been a manifest.
TEST_P(OddReference, ChildOfAnotherTypeThatIsEmptiedPins) {
  const BuiltImage made = store.image("app", "", {"of the child"});
  const Digest child_of = made.manifest;
  store.remove(StoreBuilder::revision_path("app", child_of));
  store.link_layer("app", child_of);
  const Digest top = store.manifest_bytes(
      "app", "odd", index_of(child("application/vnd.x", child_of)));
  const std::string data = StoreBuilder::blob_path(child_of);
  for (const std::string& left :
       {std::string(), std::string(store.read(data).size(), '\0')}) {
    SCOPED_TRACE(left.size());
    store.write(data, left);
    collect();
    EXPECT_TRUE(run.pinned("app"));
    EXPECT_TRUE(store.has_blob(made.layers[0]));
    expect_corrupt(child_of, {"app:odd"});
    EXPECT_TRUE(store.has_blob(top));
  }
}

// row 32; no link of the repository's own leads to it.
TEST_P(OddReference, ChildThatIsALayerAndLooksLikeACorruptManifestPins) {
  const Digest rotten = sha256("rotten");
  store.write(StoreBuilder::blob_path(rotten), index_of(""));
  const Digest cache = store.manifest_bytes(
      "app", "cache", index_of(child(media::oci_layer, rotten)));
  collect();
  expect_pinned();
  expect_corrupt(rotten, {"app:cache"});
  EXPECT_TRUE(store.has_blob(cache));
}

// row 32; servers pass over white space, however much there is of it.
TEST_P(OddReference, ChildThatIsAManifestBehindMuchWhiteSpaceKeepsItsLayers) {
  for (const std::size_t spaces : {63UL, 64UL, 10'000UL}) {
    const Digest layer = store.layer("app", "of " + std::to_string(spaces));
    const Digest image = store.layer(
        "app", std::string(spaces, ' ') + R"({"schemaVersion":2,"layers":[)" +
                   child(media::oci_layer, layer) + "]}");
    store.manifest_bytes("app", "odd", index_of(child("application/x", image)));
    collect();
    EXPECT_TRUE(store.has_blob(layer)) << spaces;
    EXPECT_TRUE(store.has(StoreBuilder::layer_link_path("app", layer)));
  }
}

// row 32
TEST_P(OddReference, BuildkitCacheIsInOrder) {
  store.buildkit_cache("app", "cache", {"one", "two"});
  collect();
  expect_not_pinned();
  EXPECT_EQ(run.exit_code, 0) << run.report.at("findings");
}

// row 33
TEST_P(OddReference, ChildThatNoRevisionLinkNamesKeepsItsLayers) {
  const BuiltImage layers_only = store.image("app", "", {"only in _layers"});
  const BuiltImage nowhere = store.image("app", "", {"in no link"});
  store.index("app", "multi", {layers_only.manifest, nowhere.manifest});
  for (const BuiltImage& image : {layers_only, nowhere})
    store.remove(StoreBuilder::revision_path("app", image.manifest));
  store.link_layer("app", layers_only.manifest);
  collect();
  expect_not_pinned();
}

// row 33
TEST_P(OddReference, ChildThatImagesHaveForALayerKeepsItsOwnLayers) {
  const BuiltImage both = child_and_layer();
  collect();
  EXPECT_FALSE(run.pinned("app"));
  EXPECT_TRUE(store.has_blob(both.layers[0]));
}

// Nobody knows what it needs, whatever else is wrong with it.
TEST_P(OddReference, CorruptChildPinsThoughImagesHaveItForALayerWithoutALink) {
  const BuiltImage both = child_and_layer();
  store.remove(StoreBuilder::layer_link_path("app", both.manifest));
  store.truncate(both.manifest, 0);
  collect();
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_TRUE(store.has_blob(both.layers[0]));
}

// row 34
TEST_P(OddReference, ForeignLayerMayBeAbsent) {
  store.image("app", "windows", {"base"}, {.foreign_layers = {"foreign"}});
  collect();
  expect_not_pinned();
  EXPECT_EQ(run.exit_code, 0) << run.report.at("findings");
}

// row 34
TEST_P(OddReference, ForeignLayerNamedBySha512MayBeAbsent) {
  const Digest config = store.layer("app", "config");
  ManifestParts parts;
  parts.media_type = media::oci_image;
  parts.config = {media::oci_empty, config.to_string(), 6};
  parts.layers = {{media::oci_foreign,
                   sha512_text("foreign"),
                   7,
                   "",
                   {"https://example.com/foreign"}}};
  store.manifest_bytes("app", "windows", manifest_json(parts));
  collect();
  expect_not_pinned();
  EXPECT_TRUE(store.has_blob(config));
}

// row 34
TEST_P(OddReference, ForeignLayerThatIsThereStays) {
  store.image("app", "windows", {"base"},
              {.docker = true, .foreign_layers = {"foreign"}});
  store.layer("app", "foreign");
  collect();
  expect_not_pinned();
}

// row 35
TEST_P(OddReference, DescriptorWithoutAUsableDigestPins) {
  const Digest loose = store.blob("loose");
  for (const std::string digest :
       {R"("size":1)", R"("digest":"nonsense")", R"("digest":7)",
        R"("digest":"sha256:abc")", R"("digest":"")", R"("digest":null)"}) {
    SCOPED_TRACE(digest);
    const Digest odd = store.manifest_bytes(
        "app", "odd",
        index_of("{" + digest + "}," + child(media::oci_layer, loose)));
    collect();
    expect_still_pinned();
    EXPECT_TRUE(store.has_blob(loose));
    expect_finding("bad-descriptor", StoreBuilder::blob_path(odd),
                   odd.to_string(), {"app:odd"});
    store.untag("app", "odd");
    store.remove(StoreBuilder::revision_path("app", odd));
  }
}

// row 40
TEST_P(OddReference, BlobFolderWithoutDataThatNothingNamesGoes) {
  const std::string folder = folder_of(StoreBuilder::blob_path(sha256("x")));
  store.folder(folder);
  collect();
  expect_not_pinned();
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_FALSE(store.has(folder));
}

// row 40
TEST_P(OddReference, BlobFolderWithoutDataThatAnImageNeedsIsAMissingBlob) {
  const Digest& layer = app.layers[1];
  store.lose(layer);
  collect();
  expect_not_pinned();
  expect_finding("missing-blob", StoreBuilder::blob_path(layer),
                 layer.to_string(), {"app:v1"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_TRUE(store.has(StoreBuilder::layer_link_path("app", layer)));
}

// An index calls a blob something else, so it was passed over; deeper down
// another one says that it is a manifest.
TEST_P(OddReference, WhatOneIndexCallsAManifestIsReadThoughAnotherDoesNot) {
  const Digest blob = store.blob("no manifest by its looks");
  store.manifest_bytes("app", "other",
                       index_of(child("application/octet-stream", blob)));
  const Digest inner = store.blob(index_of(child(media::oci_image, blob)));
  store.manifest_bytes("app", "deep", index_of(child(media::oci_index, inner)));
  collect();
  expect_gone(garbage_of("app"));
  expect_finding("not-a-manifest", StoreBuilder::blob_path(blob),
                 blob.to_string(), {"app:deep", "app:other"});
}

}  // namespace
}  // namespace dregs
