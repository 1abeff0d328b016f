// Blobs under other names, and signatures of what is or is not there:
// format.md section 8, rows 36 to 39.
#include <gmock/gmock.h>

#include "scanner/sha256.h"
#include "tests/damaged_store.h"

namespace dregs {
namespace {

using testing::HasSubstr;

class Alias : public DamagedStore {
 protected:
  const std::string name = sha512_text("aliased");
  const std::string link = StoreBuilder::layer_link_path("app", name);

  void push_aliased() {
    store.image("app", "v2", {"aliased"}, {.sha512_layers = true});
  }
};

DREGS_IN_BOTH_MODES(Alias);

// row 36
TEST_P(Alias, OfALayerNamedBySha512LeadsToTheLayer) {
  push_aliased();
  collect();
  expect_not_pinned();
  EXPECT_EQ(run.exit_code, 0) << run.report.at("findings");
  EXPECT_TRUE(store.has(link));
}

// row 36
TEST_P(Alias, OfAnotherRepositoryWillDo) {
  push_aliased();
  store.remove(link);
  store.alias_link("other", name, sha256("aliased"));
  store.remove(StoreBuilder::layer_link_path("app", sha256("aliased")));
  collect();
  EXPECT_FALSE(run.pinned("app"));
  EXPECT_TRUE(store.has_blob(sha256("aliased")));
}

// row 36
TEST_P(Alias, ThatIsLostPins) {
  push_aliased();
  store.remove(link);
  collect();
  expect_pinned();
  expect_finding("unresolved-reference", "repositories/app", name, {"app:v2"});
}

// row 36
TEST_P(Alias, BySha384OrTarsumLeadsToTheLayerToo) {
  const std::string sha384 = "sha384:" + std::string(96, 'a');
  const std::string hex(64, 'b');
  const std::string tarsum = "tarsum.v1+sha256:" + hex;
  const Digest one = store.layer("app", "one");
  const Digest two = store.layer("app", "two");
  store.alias_link("app", sha384, one);
  store.write("repositories/app/_layers/tarsum/v1/sha256/" + hex + "/link",
              two.to_string());
  store.manifest_bytes("app", "legacy",
                       schema1_json("app", "legacy", {sha384, tarsum}));
  collect();
  expect_not_pinned();
  EXPECT_EQ(run.exit_code, 0) << run.report.at("findings");
}

// row 37
TEST_P(Alias, ThatLeadsNowhereStays) {
  store.write(link, name);  // what mounting by sha512 writes
  collect();
  expect_not_pinned();
  expect_finding("dangling-link", link, name, {});
  EXPECT_TRUE(store.has(link));
}

TEST_P(Alias, OfWhatNoManifestNeedsHoldsItInAPinnedRepository) {
  const Digest spare = store.blob("spare");
  store.alias_link("app", sha512_text("spare"), spare);
  store.tag("app", "broken", sha256("nothing"));
  store.write(StoreBuilder::tag_path("app", "broken"), "no digest");
  collect();
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_TRUE(store.has_blob(spare));
}

// row 37
TEST_P(Alias, ThatLeadsToALostBlobStaysAndTellsWhomItHurts) {
  push_aliased();
  store.lose(sha256("aliased"));
  collect();
  expect_pinned();
  expect_finding("dangling-link", link, name, {"app:v2"});
  expect_finding("unresolved-reference", "repositories/app", name, {"app:v2"});
}

class Referrer : public DamagedStore {};

DREGS_IN_BOTH_MODES(Referrer);

// row 38
TEST_P(Referrer, OfALiveImageStaysThoughNoTagListsIt) {
  const BuiltImage signature = store.referrer("app", app.manifest, "signed");
  store.referrer("app", signature.manifest, "and countersigned");
  store.index("app", "", {}, {.subject = app.manifest});
  collect();
  expect_not_pinned();
  EXPECT_EQ(run.exit_code, 0) << run.report.at("findings");
}

// row 38
TEST_P(Referrer, OfAnIndexChildStays) {
  const BuiltImage child = store.image("app", "", {"amd64"});
  store.index("app", "multi", {child.manifest});
  store.referrer("app", child.manifest, "signed");
  collect();
  expect_not_pinned();
}

// row 38
TEST_P(Referrer, OfAnUntaggedImageGoesWithIt) {
  const BuiltImage signature = store.referrer("app", old.manifest, "signed");
  collect();
  EXPECT_EQ(store.has_blob(signature.manifest), !deletes_untagged());
  EXPECT_EQ(store.has_blob(old.manifest), !deletes_untagged());
}

// A signature of nothing is worth nothing: its manifest names the image.
TEST_P(Referrer, ThatIsTaggedKeepsTheUntaggedImageThatItIsAbout) {
  const BuiltImage signature = store.referrer("app", old.manifest, "signed");
  store.tag("app", "signature", signature.manifest);
  collect();
  EXPECT_TRUE(store.has_blob(signature.manifest));
  EXPECT_TRUE(store.has_blob(old.manifest));
  EXPECT_TRUE(store.has_blob(old.layers[1]));
}

// row 38
TEST_P(Referrer, InAnotherRepositoryIsNotThisImages) {
  const BuiltImage signature = store.referrer("other", app.manifest, "signed");
  collect();
  EXPECT_EQ(store.has_blob(signature.manifest), !deletes_untagged());
}

// row 38
TEST_P(Referrer, PushedBeforeItsSubjectIsInOrder) {
  const BuiltImage early = store.referrer("app", sha256("to come"), "signed");
  store.tag("app", "early", early.manifest);
  collect();
  expect_not_pinned();
  EXPECT_EQ(run.exit_code, 0) << run.report.at("findings");
}

// row 39
TEST_P(Referrer, ThatCosignTaggedOutlivesItsImage) {
  const Digest gone = sha256("an image that was deleted");
  store.cosign_signature("app", gone);
  store.image("app", "sha256-" + gone.hex() + ".att", {"attestation"});
  store.image("app", "sha256-" + gone.hex() + ".sbom", {"sbom"});
  collect();
  expect_not_pinned();
  EXPECT_EQ(run.exit_code, 0);
  for (const std::string suffix : {".sig", ".att", ".sbom"})
    expect_finding(
        "orphan-signature",
        StoreBuilder::tag_folder("app", "sha256-" + gone.hex() + suffix),
        gone.to_string(), {});
}

// row 39
TEST_P(Referrer, ThatCosignTaggedForALiveImageIsInOrder) {
  store.cosign_signature("app", app.manifest);
  collect();
  expect_not_pinned();
  EXPECT_FALSE(reported("orphan-signature"));
}

// row 39
TEST_P(Referrer, ThatIsOnlyNamedAlmostAsCosignDoesIsATagLikeAnyOther) {
  const std::string hex = sha256("an image that was deleted").hex();
  for (const std::string& tag : {"sha256-" + hex, "sha256-" + hex + "-sig",
                                 std::string("sha256-of-last-week")})
    store.image("app", tag, {"base"});
  collect();
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_FALSE(reported("orphan-signature"));
}

}  // namespace
}  // namespace dregs
