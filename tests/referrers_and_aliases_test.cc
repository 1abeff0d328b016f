// Blobs under other names, and signatures of what is or is not there:
// format.md#row-36 to #row-39.
#include <gmock/gmock.h>

#include <filesystem>

#include "scanner/formats/sha256.h"
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
  expect_finding("missing-layer-link", link, name, {"app:v2"});
}

// row 36
TEST_P(Alias, OfAnotherRepositoryStaysAsLongAsItIsNeeded) {
  push_aliased();
  store.remove(link);
  store.alias_link("other", name, sha256("aliased"));
  store.remove(StoreBuilder::layer_link_path("app", sha256("aliased")));
  collect();
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

// Of whatever algorithm; a tarsum's folders are its name in parts.
TEST_P(Alias, ThatNoManifestNeedsGoesWithItsFolder) {
  const Digest spare = store.layer("app", "spare");
  const std::string layers = "repositories/app/_layers/";
  std::set<std::string> gone = {StoreBuilder::blob_path(spare),
                                StoreBuilder::layer_link_path("app", spare)};
  for (const std::string& folder :
       {"sha384/" + std::string(96, 'a'), "sha512/" + std::string(128, 'a'),
        "tarsum/v1/sha256/" + std::string(64, 'a')}) {
    gone.insert(layers + folder + "/link");
    store.write(layers + folder + "/link", spare.to_string());
  }
  const std::string empty =
      layers + "tarsum/dev/sha256/" + std::string(64, 'b');
  store.folder(empty);
  collect();
  gone.merge(garbage_of("app"));
  expect_gone(gone);
  EXPECT_FALSE(store.has(empty));
}

// row 37
TEST_P(Alias, ThatLeadsNowhereStays) {
  store.write(link, name);  // what mounting by sha512 writes
  collect();
  expect_not_pinned();
  expect_finding("dangling-link", link, name, {});
  EXPECT_TRUE(store.has(link));
}

// row 8
TEST_P(Alias, WithoutALinkStaysWhereSomethingElseIsInside) {
  const std::string folder = std::filesystem::path(link).parent_path();
  store.write(folder + "/link.bak", name);
  collect();
  expect_not_pinned();
  expect_finding("foreign-entry", folder, "", {});
  EXPECT_TRUE(store.has(folder + "/link.bak"));
}

// A registry writes no such name: it is not known what the folder is for.
TEST_P(Alias, WhoseNameIsNoDigestIsNotTakenForGarbage) {
  const std::string hex(64, 'a');
  for (const std::string& odd :
       {std::string("sha512/backup"), "sha512/" + hex,
        std::string("tarsum/v1/sha256/backup"), "tarsum/v1.2/sha256/" + hex}) {
    SCOPED_TRACE(odd);
    const std::string folder = "repositories/app/_layers/" + odd;
    store.write(folder + "/link", app.layers[0].to_string());
    collect();
    EXPECT_TRUE(store.has(folder + "/link"));
    expect_still_pinned();
    expect_finding("bad-layer-link", folder, "", {});
    store.remove(folder + "/link");
    collect();
    EXPECT_TRUE(store.has(folder));
    expect_still_pinned();
    store.remove(folder);
  }
}

TEST_P(Alias, ToABlobThatIsStoredUnderItsOwnNameLeadsSomewhere) {
  store.write(link, name);
  const std::string hex = name.substr(7);
  store.write("blobs/sha512/" + hex.substr(0, 2) + "/" + hex + "/data",
              "aliased");
  store.manifest_bytes("app", "v2", schema1_json("app", "v2", {name}));
  collect();
  expect_not_pinned();
  EXPECT_FALSE(reported("dangling-link"));
  EXPECT_FALSE(reported("unresolved-reference"));
}

// Servers of a cache fetch what is missing, and where a repository has no links
// at all that is said once.
TEST_P(Alias, OfAnotherRepositoryIsNoFindingWhereNoLinkIsExpected) {
  push_aliased();
  store.image("other", "v2", {"aliased"}, {.sha512_layers = true});
  store.remove(link);
  store.write("../../../scheduler-state.json", "{}");
  collect();
  EXPECT_FALSE(reported("missing-layer-link"));
  store.remove("../../../scheduler-state.json");
  store.remove("repositories/app/_layers");
  collect();
  EXPECT_TRUE(reported("layers-missing"));
  EXPECT_FALSE(reported("missing-layer-link"));
}

// The one that the layer is found through is in another repository.
TEST_P(Alias, OfWhatNoManifestNeedsGoesThoughAnotherIsMissing) {
  push_aliased();
  store.image("other", "v2", {"aliased"}, {.sha512_layers = true});
  store.remove(link);
  std::set<std::string> more = garbage_of("app");
  // Before and behind the missing one.
  for (const char* spare : {"spare 1", "spare 7"}) {
    store.alias_link("app", sha512_text(spare), store.blob(spare));
    more.insert(StoreBuilder::layer_link_path("app", sha512_text(spare)));
    more.insert(StoreBuilder::blob_path(sha256(spare)));
  }
  collect();
  EXPECT_FALSE(run.pinned("app"));
  expect_gone(more);
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
                                 std::string("sha256-of-last-week"),
                                 "sha256-" + std::string(64, 'x') + ".sig"})
    store.image("app", tag, {"base"});
  collect();
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_FALSE(reported("orphan-signature"));
}

// row 33 and 36: servers of 2.x reach it through its link.
TEST_P(Alias, OfAnIndexsChildKeepsWhatTheChildNeeds) {
  const BuiltImage made = store.image("app", "", {"of the child"});
  const std::string name_of_child =
      sha512_text(store.read(StoreBuilder::blob_path(made.manifest)));
  store.remove(StoreBuilder::revision_path("app", made.manifest));
  store.link_layer("app", made.manifest);
  store.alias_link("app", name_of_child, made.manifest);
  store.manifest_bytes("app", "multi", index_json(name_of_child));
  collect();
  expect_not_pinned();
  EXPECT_TRUE(store.has_blob(made.manifest));
  EXPECT_TRUE(store.has_blob(made.layers[0]));
  EXPECT_TRUE(store.has(StoreBuilder::layer_link_path("app", made.layers[0])));
}

// row 21 and 36
TEST_P(Alias, OfAnIndexsChildThatIsCorruptPins) {
  const BuiltImage made = store.image("app", "", {"of the child"});
  const std::string name_of_child =
      sha512_text(store.read(StoreBuilder::blob_path(made.manifest)));
  store.remove(StoreBuilder::revision_path("app", made.manifest));
  store.alias_link("app", name_of_child, made.manifest);
  store.manifest_bytes("app", "multi", index_json(name_of_child));
  store.write(StoreBuilder::blob_path(made.manifest), "{}");
  collect();
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_TRUE(store.has_blob(made.layers[0]));
}

class OddSubject : public DamagedStore {
 protected:
  std::string name_of_app() const {
    return sha512_text(store.read(StoreBuilder::blob_path(app.manifest)));
  }

  Digest refer_to(const std::string& subject) {
    return store.manifest_bytes(
        "app", "",
        R"({"schemaVersion":2,"config":{"digest":")" + app.config.to_string() +
            R"("},"layers":[],"subject":{"digest":")" + subject + R"("}})");
  }
};

DREGS_IN_BOTH_MODES(OddSubject);

// rows 36 and 38: nobody can tell whether that image is there.
TEST_P(OddSubject, NamedBySha512AloneKeepsItsReferrer) {
  const Digest referrer = refer_to(name_of_app());
  collect();
  EXPECT_TRUE(store.has(StoreBuilder::revision_path("app", referrer)));
  EXPECT_TRUE(store.has_blob(referrer));
  expect_not_pinned();
}

// rows 36 and 38
TEST_P(OddSubject, ThatAnAliasLeadsToIsTheImageItself) {
  store.alias_link("app", name_of_app(), app.manifest);
  const Digest referrer = refer_to(name_of_app());
  const std::string gone =
      sha512_text(store.read(StoreBuilder::blob_path(old.manifest)));
  store.alias_link("app", gone, old.manifest);
  const Digest of_old = refer_to(gone);
  collect();
  EXPECT_TRUE(store.has(StoreBuilder::revision_path("app", referrer)));
  EXPECT_EQ(store.has(StoreBuilder::revision_path("app", of_old)),
            !deletes_untagged());
}

// A registry 2.1 linked its manifests like layers, and 2.x serves them so.
TEST_P(OddSubject, ThatOnlyALayerLinkServesIsKeptByItsReferrer) {
  const BuiltImage subject = store.image("app", "", {"of the subject"});
  store.remove(StoreBuilder::revision_path("app", subject.manifest));
  store.link_layer("app", subject.manifest);
  store.tag("app", "signed", refer_to(subject.manifest.to_string()));
  collect();
  EXPECT_TRUE(store.has_blob(subject.manifest));
  EXPECT_TRUE(store.has_blob(subject.layers[0]));
  EXPECT_TRUE(
      store.has(StoreBuilder::layer_link_path("app", subject.manifest)));
}

}  // namespace
}  // namespace dregs
