// What single manifests are taken to say; the rare forms that no client of
// today writes, and that a registry may hold all the same.
#include "scanner/manifests/manifest.h"

#include <gtest/gtest.h>

#include "scanner/manifests/manifest_details.h"
#include "tests/manifest_json.h"

namespace dregs {
namespace {

const std::string kHex(64, 'a');
const std::string kDigest = "sha256:" + kHex;

bool names(const Manifest& manifest, ReferenceRole role) {
  for (const Reference& reference : manifest.references)
    if (reference.digest.hex() == kHex && reference.role == role) return true;
  return false;
}

TEST(Manifest, AVersionThatIsNoNumberIsNotUnderstood) {
  EXPECT_FALSE(
      parse_manifest(R"({"schemaVersion":"2","layers":[]})").understood());
}

TEST(Manifest, ATypeThatIsNoTextIsNotUnderstood) {
  EXPECT_FALSE(
      parse_manifest(R"({"schemaVersion":2,"mediaType":7,"layers":[]})")
          .understood());
}

TEST(Manifest, WithoutTypeAndPartsIsUnknownAndAllItMentionsIsKept) {
  const Manifest manifest =
      parse_manifest(R"({"schemaVersion":2,"x":")" + kDigest + R"("})");
  EXPECT_EQ(manifest.kind, ManifestKind::unknown);
  EXPECT_TRUE(names(manifest, ReferenceRole::mentioned));
}

TEST(Manifest, ADigestWithAnEscapedColonIsMentioned) {
  for (const char* colon : {"\\u003a", "\\u003A"})
    EXPECT_TRUE(names(parse_manifest(R"({"schemaVersion":2,"x":"sha256)" +
                                     (colon + kHex) + "\"}"),
                      ReferenceRole::mentioned))
        << colon;
  EXPECT_TRUE(parse_manifest(R"({"schemaVersion":2,"x":"sha256)" + kHex + "\"}")
                  .references.empty());
}

TEST(Manifest, ALayerWhoseTypeIsNoTextIsNeeded) {
  EXPECT_TRUE(
      names(parse_manifest(
                R"({"schemaVersion":2,"layers":[{"mediaType":7,"digest":")" +
                kDigest + R"("}]})"),
            ReferenceRole::layer));
}

TEST(Manifest, ReferencesKeepTheirOrder) {
  const std::string other = "sha256:" + std::string(64, '0');
  const Manifest manifest =
      parse_manifest(R"({"schemaVersion":2,"layers":[{"digest":")" + kDigest +
                     R"("},{"digest":")" + other + R"("}]})");
  ASSERT_EQ(manifest.references.size(), 2U);
  EXPECT_EQ(manifest.references[0].digest.to_string(), kDigest);
  EXPECT_EQ(manifest.references[1].digest.to_string(), other);
}

TEST(Manifest, AVersionOrATypeSaidTwiceIsAmbiguous) {
  EXPECT_TRUE(
      parse_manifest(R"({"schemaVersion":1,"schemaVersion":2,"layers":[]})")
          .ambiguous);
  EXPECT_TRUE(parse_manifest(R"({"schemaVersion":2,"mediaType":"a",)"
                             R"("mediaType":"b","layers":[]})")
                  .ambiguous);
}

// row 24
TEST(Manifest, ADigestThatIsOddlySpeltIsAmbiguous) {
  for (const char* key : {"DIGEST", "blobsum"}) {
    const Manifest manifest =
        parse_manifest(R"({"schemaVersion":2,"layers":[{")" + std::string(key) +
                       R"(":")" + kDigest + R"("}]})");
    EXPECT_TRUE(manifest.ambiguous) << key;
    EXPECT_EQ(manifest.references.size(), 1U) << key;
  }
}

// As Go's decoder has it: as if it were left out.
TEST(Manifest, NullIsNothing) {
  const Manifest manifest = parse_manifest(
      R"({"schemaVersion":2,"mediaType":null,"config":null,"manifests":null,)"
      R"("layers":[{"digest":")" +
      kDigest + R"("}]})");
  EXPECT_EQ(manifest.kind, ManifestKind::oci_manifest);
  EXPECT_TRUE(manifest.understood());
  EXPECT_EQ(manifest.references.size(), 1U);
  EXPECT_EQ(parse_manifest(R"({"schemaVersion":null,"layers":[]})").kind,
            ManifestKind::unknown);
}

TEST(Manifest, ADescriptorWithMoreDigestsThanAnybodyWritesIsNotUnderstood) {
  std::string many = R"({"schemaVersion":2,"layers":[{)";
  for (int i = 0; i < 8; ++i) many += R"("digest":")" + kDigest + "\",";
  many += R"("digest":")" + kDigest + R"("}]})";
  const Manifest manifest = parse_manifest(many);
  EXPECT_TRUE(manifest.ambiguous);
  EXPECT_FALSE(manifest.understood());
  EXPECT_TRUE(names(manifest, ReferenceRole::layer));
}

TEST(Manifest, OnlyALayerThatHasUrlsMayBeElsewhere) {
  for (const std::string urls : {"[]", "null", R"("https://example.com")"}) {
    const Manifest manifest =
        parse_manifest(R"({"schemaVersion":2,"layers":[{"digest":")" + kDigest +
                       R"(","urls":)" + urls + "}]}");
    ASSERT_EQ(manifest.references.size(), 1U);
    EXPECT_FALSE(manifest.references[0].may_be_absent) << urls;
  }
}

TEST(Manifest, ByAnotherAlgorithmOnlyASubjectOrALayerWithUrlsMayBeAbsent) {
  const std::string other = R"({"digest":"sha512:)" + std::string(128, 'a');
  const Manifest manifest = parse_manifest(
      R"({"schemaVersion":2,"subject":)" + other + R"("},"layers":[)" + other +
      R"("},)" + other + R"(","urls":["https://example.com"]}]})");
  ASSERT_EQ(manifest.other_references.size(), 3U);
  EXPECT_TRUE(manifest.other_references[0].may_be_absent);
  EXPECT_FALSE(manifest.other_references[1].may_be_absent);
  EXPECT_TRUE(manifest.other_references[2].may_be_absent);
}

TEST(Manifest, ATarsumIsADigestOnlyWithAnAlgorithmAndItsDigits) {
  const auto parse_layer = [](const std::string& digest) {
    return parse_manifest(R"({"schemaVersion":1,"fsLayers":[{"blobSum":")" +
                          digest + R"("}]})");
  };
  const Manifest sound = parse_layer("tarsum.v1+" + kDigest);
  EXPECT_TRUE(sound.understood());
  ASSERT_EQ(sound.other_references.size(), 1U);
  EXPECT_EQ(sound.other_references[0].digest, "tarsum.v1+" + kDigest);
  for (const std::string& digest :
       {"tarsum.v1" + kDigest, "tarsum.v1+" + kDigest.substr(1),
        kDigest.substr(0, 70), "tarsum.v1+md5:" + kHex.substr(32)}) {
    EXPECT_FALSE(parse_layer(digest).understood()) << digest;
    EXPECT_TRUE(parse_layer(digest).other_references.empty()) << digest;
  }
}

TEST(Manifest, ThatIsNotUnderstoodMentionsDigestsOfEveryAlgorithm) {
  const std::string sha384 = "sha384:" + std::string(96, 'b');
  const std::string sha512 = "sha512:" + std::string(128, 'c');
  const Manifest manifest =
      parse_manifest("{\"x\":[\"" + kDigest + "\",\"" + sha384 + "\",\"" +
                     sha512 + "\",\"sha512:" + kHex + "\"]}");
  EXPECT_TRUE(names(manifest, ReferenceRole::mentioned));
  ASSERT_EQ(manifest.other_references.size(), 2U);
  EXPECT_EQ(manifest.other_references[0].digest, sha384);
  EXPECT_EQ(manifest.other_references[1].digest, sha512);
}

TEST(Manifest, ASignedOldImageIsTheChildOfAnIndexAsAnyOther) {
  const Manifest manifest = parse_manifest(
      R"({"schemaVersion":2,"manifests":[{"digest":")" + kDigest +
      R"(","mediaType":)"
      R"("application/vnd.docker.distribution.manifest.v1+prettyjws"}]})");
  EXPECT_TRUE(names(manifest, ReferenceRole::child));
}

TEST(ManifestDetails, TakeTheTypeThatServersImply) {
  EXPECT_EQ(describe_manifest(R"({"schemaVersion":2,"layers":[]})").media_type,
            media::oci_image);
  EXPECT_EQ(
      describe_manifest(R"({"schemaVersion":2,"manifests":[]})").media_type,
      media::oci_index);
  EXPECT_EQ(
      describe_manifest(R"({"schemaVersion":1,"fsLayers":[]})").media_type,
      "application/vnd.docker.distribution.manifest.v1+json");
}

TEST(ManifestDetails, HaveTheAnnotationsThatAreTexts) {
  const ManifestDetails details = describe_manifest(
      R"({"schemaVersion":2,"layers":[],"annotations":{"a":"b","c":1}})");
  EXPECT_EQ(details.annotations,
            (std::map<std::string, std::string>{{"a", "b"}}));
}

TEST(ManifestDetails, NameAPlatformWithItsVariantAndPassOverWhatIsNoPart) {
  const ManifestDetails details = describe_manifest(
      R"({"schemaVersion":2,"manifests":[null,{"digest":")" + kDigest +
      R"(","urls":[],"platform":{"os":"linux","architecture":"arm",)"
      R"("variant":"v7"}},7]})");
  ASSERT_EQ(details.children.size(), 1U);
  EXPECT_EQ(details.children[0].platform, "linux/arm/v7");
  EXPECT_FALSE(details.children[0].foreign);
}

TEST(ManifestDetails, SayNothingOfAConfigThatIsNoObject) {
  for (const char* bytes : {"", "{", "[]", "null", "\x1f\x8b"})
    EXPECT_EQ(describe_config(bytes).platform, "") << bytes;
}

TEST(ManifestDetails, KnowTheOldImagesPlatformAndLayersThatAreElsewhere) {
  EXPECT_EQ(describe_manifest(
                R"({"schemaVersion":1,"architecture":"arm","fsLayers":[]})")
                .platform,
            "unknown/arm");
  const ManifestDetails details =
      describe_manifest(R"({"schemaVersion":2,"layers":[{"digest":")" +
                        kDigest + R"(","urls":["https://example.com"]}]})");
  ASSERT_EQ(details.layers.size(), 1U);
  EXPECT_TRUE(details.layers[0].foreign);
}

}  // namespace
}  // namespace dregs
