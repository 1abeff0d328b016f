// Manifests that cannot be believed or understood: format.md#row-10 and #row-20
// to #row-28.
#include <gmock/gmock.h>

#include <algorithm>

#include "scanner/formats/sha256.h"
#include "tests/damaged_store.h"

namespace dregs {
namespace {

using testing::HasSubstr;

std::string descriptor(const Digest& digest) {
  return "{\"digest\":\"" + digest.to_string() + "\"}";
}

// An OCI image manifest without a config; `more` are further keys.
std::string image_of(const Digest& layer, const std::string& more = "") {
  return "{\"schemaVersion\":2,\"mediaType\":\"" +
         std::string(media::oci_image) + "\",\"layers\":[" + descriptor(layer) +
         "]" + more + "}";
}

class BadManifest : public DamagedStore {
 protected:
  // Pushes these bytes as app:odd.
  void push(const std::string& bytes) {
    odd = store.manifest_bytes("app", "odd", bytes);
  }

  void expect_odd_reported(const std::string& kind) const {
    expect_finding(kind, StoreBuilder::blob_path(odd), odd.to_string(),
                   {"app:odd"});
    const auto findings = run.report.at("findings");
    const bool error =
        std::any_of(findings.begin(), findings.end(), [](const auto& finding) {
          return finding.at("severity") == "error" || finding.at("pins");
        });
    EXPECT_EQ(run.exit_code, error ? 1 : 0) << findings.dump(2);
  }

  void expect_corrupt_reported() const {
    expect_finding("corrupt-manifest", StoreBuilder::blob_path(app.manifest),
                   app.manifest.to_string(), {"app:v1"});
  }

  Digest odd;
  // In no repository: only what names it can keep it.
  const Digest loose = store.blob("loose");
};

DREGS_IN_BOTH_MODES(BadManifest);

// row 10
TEST_P(BadManifest, RevisionThatIsALayerStaysAndPinsNothing) {
  const Digest layer = store.layer("app", "\x1f\x8b just bytes");
  store.link_revision("app", layer);
  store.remove(StoreBuilder::blob_path(loose));
  collect();
  expect_not_pinned();
  expect_finding("not-a-manifest", StoreBuilder::blob_path(layer),
                 layer.to_string(), {untagged("app", layer)});
}

// row 20
TEST_P(BadManifest, EmptyOrShortPinsAndStays) {
  store.remove(StoreBuilder::blob_path(loose));
  for (const std::uintmax_t size : {100U, 1U, 0U}) {
    store.truncate(app.manifest, size);
    collect();
    expect_still_pinned();
    EXPECT_TRUE(store.has_blob(app.manifest));
    expect_corrupt_reported();
    EXPECT_THAT(detail_of("corrupt-manifest"), HasSubstr("heals"));
  }
}

// row 20
TEST_P(BadManifest, ThatIsCorruptPinsEveryRepositoryThatLinksIt) {
  store.remove(StoreBuilder::blob_path(loose));
  store.link_revision("copy", app.manifest);
  store.layer("copy", "copy's own");
  // Registry 2.1.0 linked manifests like layers.
  store.image("ancient", "v1", {"base"});
  store.link_layer("ancient", app.manifest);
  store.layer("ancient", "ancient's own");
  store.truncate(app.manifest, 0);
  collect();
  EXPECT_TRUE(run.pinned("copy"));
  EXPECT_TRUE(run.pinned("ancient"));
  expect_pinned();
  expect_finding("corrupt-manifest", StoreBuilder::blob_path(app.manifest),
                 app.manifest.to_string(), {untagged("copy", app.manifest)},
                 "copy");
}

// row 20; the image that has it for a layer must not make it a mere empty blob.
TEST_P(BadManifest, ThatIsEmptyPinsWhoeverHasItForALayer) {
  const std::string bytes = store.read(StoreBuilder::blob_path(app.manifest));
  store.image("copy", "v1", {bytes});
  store.layer("copy", "copy's own");
  store.truncate(app.manifest, 0);
  collect();
  EXPECT_TRUE(run.pinned("copy"));
  EXPECT_TRUE(store.has_blob(sha256("copy's own")));
}

// row 21
TEST_P(BadManifest, ThatDoesNotHashToItsNameIsNotBelieved) {
  store.corrupt(app.manifest);
  store.remove(StoreBuilder::blob_path(loose));
  collect();
  expect_pinned();
  expect_corrupt_reported();
}

// row 21
TEST_P(BadManifest, ThatIsCorruptStillKeepsAllThatItsBytesName) {
  for (const std::string& bytes :
       {image_of(loose), "rubble {" + loose.to_string() + " rubble",
        image_of(app.layers[0],
                 R"(,"annotations":{"on":")" + loose.to_string() + "\"}")}) {
    SCOPED_TRACE(bytes);
    store.write(StoreBuilder::blob_path(app.manifest), bytes);
    collect();
    expect_still_pinned();
    EXPECT_TRUE(store.has_blob(loose));
    expect_corrupt_reported();
  }
}

// row 22
TEST_P(BadManifest, LargerThanServersServeIsReadAllTheSame) {
  const std::string spaces(5 * 1024 * 1024, ' ');
  push(image_of(loose, spaces));
  collect();
  expect_not_pinned();
  expect_odd_reported("oversized-manifest");
}

// row 22
TEST_P(BadManifest, LargerThanServersServeMayBeginWithWhiteSpace) {
  push(std::string(5 * 1024 * 1024, ' ') + image_of(loose));
  collect();
  expect_not_pinned();
  expect_odd_reported("oversized-manifest");
}

// rows 11 and 16
TEST_P(BadManifest, ThatIsALargeLayerStaysAndPinsNothing) {
  push("\x1f\x8b" + std::string(5 * 1024 * 1024, 'x'));
  store.remove(StoreBuilder::blob_path(loose));
  collect();
  expect_not_pinned();
  expect_odd_reported("not-a-manifest");
}

// rows 21 and 22
TEST_P(BadManifest, LargerThanServersServeAndCorruptPins) {
  store.remove(StoreBuilder::blob_path(loose));
  push(image_of(app.layers[0], std::string(5 * 1024 * 1024, ' ')));
  store.corrupt(odd);
  collect();
  expect_pinned();
  expect_odd_reported("corrupt-manifest");
}

// row 22
TEST_P(BadManifest, LargerThanIsReadPins) {
  store.remove(StoreBuilder::blob_path(loose));
  push(image_of(app.layers[0], std::string(65 * 1024 * 1024, ' ')));
  collect();
  expect_pinned();
  expect_odd_reported("oversized-manifest");
}

// row 23
TEST_P(BadManifest, NestedDeeperThanServersReadPins) {
  const auto nested = [](std::size_t depth) {
    return ",\"x\":" + std::string(depth, '[') + std::string(depth, ']');
  };
  push(image_of(loose, nested(9990)));
  collect();
  expect_not_pinned();
  push(image_of(loose, nested(1'000'000)));
  collect();
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_TRUE(store.has_blob(loose));
  expect_odd_reported("unknown-manifest");
}

// row 24
TEST_P(BadManifest, WithAKeyTwiceOrOddlySpeltKeepsWhatEachOneNames) {
  const auto second = [](const std::string& key, const std::string& digest) {
    return ",\"" + key + "\":[{\"digest\":\"" + digest + "\"}]";
  };
  std::string more;
  std::vector<Digest> layers;
  for (const std::string key :
       {"layers", "LAYERS", "layer\xc5\xbf", "lay\\u0065rs"}) {
    layers.push_back(store.layer("app", "under " + key));
    more += second(key, layers.back().to_string());
  }
  push(image_of(loose, more));
  collect();
  expect_not_pinned();
  expect_odd_reported("ambiguous-manifest");
}

// row 24
TEST_P(BadManifest, WithADigestTwiceInADescriptorKeepsBoth) {
  push("{\"schemaVersion\":2,\"config\":{\"digest\":\"" + loose.to_string() +
       "\",\"DIGEST\":\"" + app.config.to_string() + "\"},\"layers\":[]}");
  collect();
  expect_not_pinned();
  expect_odd_reported("ambiguous-manifest");
}

// row 25
TEST_P(BadManifest, ThatIsAlmostJsonPinsAndKeepsAllThatItNames) {
  for (const std::string& bytes :
       {"\xef\xbb\xbf" + image_of(loose), image_of(loose) + "trailing",
        image_of(loose) + "{}", image_of(loose, ",")}) {
    SCOPED_TRACE(bytes);
    push(bytes);
    collect();
    expect_still_pinned();
    EXPECT_TRUE(store.has_blob(loose));
    expect_odd_reported("unknown-manifest");
    store.untag("app", "odd");
    store.remove(StoreBuilder::revision_path("app", odd));
  }
}

// row 26
TEST_P(BadManifest, OfAnUnknownTypePinsAndKeepsAllThatItNames) {
  const std::string somewhere = "{\"deep\":[" + descriptor(loose) + "]}}";
  for (const std::string& bytes :
       {"{\"schemaVersion\":2,\"mediaType\":\"application/x\",\"of\":" +
            somewhere,
        "{\"schemaVersion\":3,\"of\":" + somewhere, "{\"of\":" + somewhere,
        "{\"schemaVersion\":\"2\",\"layers\":[],\"of\":" + somewhere}) {
    SCOPED_TRACE(bytes);
    push(bytes);
    collect();
    expect_still_pinned();
    EXPECT_TRUE(store.has_blob(loose));
    store.untag("app", "odd");
    store.remove(StoreBuilder::revision_path("app", odd));
  }
}

// rows 26 and 36
TEST_P(BadManifest, OfAnUnknownTypeKeepsWhatItNamesBySha512) {
  store.alias_link("other", sha512_text("loose"), loose);
  push(R"({"schemaVersion":2,"mediaType":"application/x","of":")" +
       sha512_text("loose") + "\"}");
  collect();
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_TRUE(store.has_blob(loose));
}

// row 26
TEST_P(BadManifest, OfAnUnknownTypeIsReportedWithItsTag) {
  push("{\"schemaVersion\":2,\"mediaType\":\"application/x\"}");
  store.remove(StoreBuilder::blob_path(loose));
  collect();
  expect_pinned();
  expect_odd_reported("unknown-manifest");
}

// row 26
TEST_P(BadManifest, OfTheDroppedArtifactTypeKeepsItsBlobsAndItsSubject) {
  odd = store.artifact("app", "odd", {"an sbom"}, old.manifest);
  store.remove(StoreBuilder::blob_path(loose));
  collect();
  EXPECT_FALSE(run.pinned("app"));
  expect_odd_reported("unknown-manifest");
  EXPECT_TRUE(store.has_blob(sha256("an sbom")));
  EXPECT_TRUE(store.has_blob(old.layers[1]));
}

// row 26
TEST_P(BadManifest, OfTheDroppedArtifactTypeMissesItsBlobsLikeAnyOther) {
  odd = store.artifact("app", "odd", {"an sbom"});
  const Digest sbom = sha256("an sbom");
  store.lose(sbom);
  collect();
  expect_finding("missing-blob", StoreBuilder::blob_path(sbom),
                 sbom.to_string(), {"app:odd"});
}

// row 27
TEST_P(BadManifest, WithPartsOfAnImageAndOfAnIndexKeepsBoth) {
  push("{\"schemaVersion\":2,\"config\":" + descriptor(app.config) +
       ",\"layers\":[" + descriptor(loose) + "],\"manifests\":[" +
       descriptor(old.manifest) + "]}");
  collect();
  EXPECT_FALSE(run.pinned("app"));
  expect_odd_reported("ambiguous-manifest");
  EXPECT_TRUE(store.has_blob(loose));
  EXPECT_TRUE(store.has_blob(old.manifest));
  EXPECT_TRUE(store.has_blob(old.layers[1]));
  EXPECT_FALSE(store.has_blob(sha256("layer of app nobody")));
}

// row 28
TEST_P(BadManifest, WhoseArrayIsNoArrayPins) {
  for (const std::string value : {"\"x\"", "7", "{}", "[[]]", "[null]"}) {
    SCOPED_TRACE(value);
    push("{\"schemaVersion\":2,\"manifests\":" + value +
         ",\"config\":" + descriptor(loose) + "}");
    collect();
    expect_still_pinned();
    EXPECT_TRUE(store.has_blob(loose));
    expect_odd_reported("bad-descriptor");
    store.untag("app", "odd");
    store.remove(StoreBuilder::revision_path("app", odd));
  }
}

}  // namespace
}  // namespace dregs
