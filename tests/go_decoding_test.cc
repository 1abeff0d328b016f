// What servers take and serve must not pin, and what their decoder refuses is
// broken. Every row was put to Debian's docker-registry 2.8.2: "taken" answered
// 201 and 200, "refused" 500.
#include <gmock/gmock.h>

#include "scanner/formats/sha256.h"
#include "scanner/manifests/go_json.h"
#include "scanner/manifests/manifest.h"
#include "scanner/manifests/manifest_details.h"
#include "tests/command_run.h"
#include "tests/gc_run.h"

namespace dregs {
namespace {

const std::string kLayer = "\"digest\":\"sha256:" + std::string(64, 'a') + "\"";

std::string document(const std::string& type, const std::string& fields) {
  return R"({"schemaVersion":2,"mediaType":")" + type + "\"," + fields + "}";
}

std::string image_with(const std::string& more) {
  return document(
      media::oci_image,
      "\"config\":{" + kLayer + "},\"layers\":[{" + kLayer + "}]," + more);
}

std::string layer_with(const std::string& more) {
  return document(media::oci_image,
                  "\"layers\":[{" + kLayer + "," + more + "}]");
}

std::string child_with(const std::string& more) {
  return document(media::oci_index,
                  "\"manifests\":[{" + kLayer + "," + more + "}]");
}

void expect_taken(const std::string& bytes) {
  const Manifest manifest = parse_manifest(bytes);
  EXPECT_TRUE(manifest.understood()) << bytes;
  EXPECT_FALSE(manifest.refused) << bytes;
}

TEST(GoDecoding, TakesAnySubjectThatSaysNothing) {
  for (const std::string subject :
       {R"({"mediaType":"","digest":"","size":0})", "{}", "5", "\"x\"", "[]",
        R"({"digest":5})", R"({"digest":"nonsense"})"}) {
    expect_taken(image_with("\"subject\":" + subject));
    EXPECT_TRUE(
        parse_manifest(image_with("\"subject\":" + subject)).odd_subject)
        << subject;
  }
  expect_taken(image_with("\"subject\":null"));
  EXPECT_FALSE(parse_manifest(image_with("\"subject\":null")).odd_subject);
}

TEST(GoDecoding, ASubjectOfAnUnknownAlgorithmIsNamedAllTheSame) {
  const Manifest manifest =
      parse_manifest(image_with(R"("subject":{"digest":"blake3:ab"})"));
  EXPECT_TRUE(manifest.understood());
  ASSERT_EQ(manifest.other_references.size(), 1U);
  EXPECT_EQ(manifest.other_references[0].digest, "blake3:ab");
  EXPECT_TRUE(manifest.other_references[0].may_be_absent);
}

TEST(GoDecoding, TakesBytesAndNumbersThatStrictJsonRefuses) {
  for (const std::string value :
       {"\"\xff\"", "\"\xed\xa0\x80\"", "\"\xc0\xaf\"", "\"\xf5\"",
        "\"\xe2\x82\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"",
        "\"\x7f\"", "123456789012345678901234567890", "-123456789012345678901",
        "1e999", "0.1e5", "[1E+400,true,false,null]"})
    expect_taken(image_with("\"x\":" + value));
  expect_taken(image_with("\"x\xff\":1"));
}

TEST(GoDecoding, RefusesWhatIsNotJson) {
  for (const std::string value : {"\"\x01\"", "\"\\x\"", "01", "1.", ".5", "1e",
                                  "-", "+1", "\"\\u12\"", "1e999e1", "\xff"})
    EXPECT_EQ(parse_manifest(image_with("\"x\":" + value)).kind,
              ManifestKind::undecodable)
        << value;
  EXPECT_EQ(
      parse_manifest(image_with("\"x\":1e999") + std::string(1, '\0')).kind,
      ManifestKind::undecodable);
}

// A key with a replaced byte is another key, as it is to Go.
TEST(GoDecoding, AReplacedByteMakesAnotherKeyAndNoDigest) {
  const Manifest manifest = parse_manifest(
      document(media::oci_image, "\"layers\xff\":[{" + kLayer + "}]"));
  EXPECT_TRUE(manifest.understood());
  EXPECT_TRUE(manifest.references.empty());
}

TEST(GoDecoding, KeepsSurrogatePairsAndTextAsTheyAre) {
  const std::string text =
      "{\"a\":\"\\ud83d\\ude00 \xc3\xa9 \\\" \\\\\",\"b\":-7}";
  EXPECT_EQ(respell_as_strict_json(text), text);
  EXPECT_EQ(respell_as_strict_json("[9223372036854775808,\"\\ud83d\\ud83d\"]"),
            "[0.5,\"??\"]");
}

TEST(GoDecoding, TakesNullForAnythingAndAnythingInFieldsOfOtherTypes) {
  for (const std::string more :
       {R"("annotations":null)", R"("annotations":{"a":null})",
        R"("manifests":null)", R"("blobs":5)", R"("blobs":[5])",
        R"("fsLayers":"x")", R"("history":5)", R"("artifactType":5)",
        R"("config":null)"})
    expect_taken(image_with(more));
  for (const std::string more :
       {R"("size":null)", R"("urls":null)", R"("annotations":null)",
        R"("platform":null)", R"("mediaType":null)", R"("size":-5)",
        R"("data":5)", R"("artifactType":5)", R"("blobSum":5)"}) {
    expect_taken(layer_with(more));
    expect_taken(child_with(more));
  }
  expect_taken(document(media::schema2, R"("layers":null,"manifests":5)"));
  expect_taken(document(media::docker_list,
                        R"("manifests":null,"config":5,"layers":"x")"));
  expect_taken(document(media::oci_index, R"("annotations":5,"manifests":[])"));
}

TEST(GoDecoding, TakesAConfigThatIsSaidInTwoParts) {
  expect_taken(image_with(R"("config":{"size":2})"));
}

// Servers do not look for a layer that is elsewhere, so its digest may say
// anything.
TEST(GoDecoding, TakesALayerThatIsElsewhereWhateverItsDigest) {
  for (const std::string digest : {"\"\"", "\"nonsense\"", "null"}) {
    const std::string layer = R"({"urls":["https://example.com"],"digest":)";
    expect_taken(
        document(media::oci_image, "\"layers\":[" + layer + digest + "}]"));
    EXPECT_FALSE(
        parse_manifest(document(media::oci_index,
                                "\"manifests\":[" + layer + digest + "}]"))
            .understood())
        << digest;
  }
}

TEST(GoDecoding, RefusesFieldsOfAnotherType) {
  std::vector<std::string> refused = {
      image_with(R"("annotations":{"a":1})"),
      image_with(R"("annotations":[])"),
      image_with(R"("annotations":"x")"),
      image_with(R"("config":[])"),
      image_with(R"("layers":"x")"),
      document(media::docker_list, "\"manifests\":[{" + kLayer +
                                       R"(,"platform":{"features":"x"}}])"),
      R"({"schemaVersion":1,"name":5,"fsLayers":[]})",
      R"({"schemaVersion":1,"fsLayers":[],"history":[{"v1Compatibility":5}]})",
      R"({"schemaVersion":2.0,"layers":[]})"};
  for (const std::string more :
       {R"("size":"5")", R"("size":5.0)", R"("size":5e0)",
        R"("size":18446744073709551615)", R"("size":99999999999999999999)",
        R"("urls":"x")", R"("urls":[5])", R"("urls":{})",
        R"("annotations":{"a":1})", R"("annotations":[])", R"("platform":"x")",
        R"("platform":{"architecture":5})", R"("platform":{"os.features":[1]})",
        R"("mediaType":5)", R"("digest":5)"}) {
    refused.push_back(layer_with(more));
    refused.push_back(child_with(more));
  }
  for (const std::string& bytes : refused)
    EXPECT_TRUE(parse_manifest(bytes).refused) << bytes;
}

TEST(GoDecoding, AnArtifactOfOrasIsReadAsOneOfOci) {
  const Manifest manifest = parse_manifest(
      R"({"mediaType":"application/vnd.cncf.oras.artifact.manifest.v1+json",)"
      R"("blobs":[{)" +
      kLayer + "}]}");
  EXPECT_EQ(manifest.kind, ManifestKind::oci_artifact);
  EXPECT_TRUE(manifest.understood());
  EXPECT_FALSE(manifest.references.empty());
}

// What people are shown is what is kept.
TEST(GoDecoding, DetailsFoldKeysAsWhatIsKeptDoes) {
  const ManifestDetails details = describe_manifest(
      R"({"schemaVersion":2,"LAYERS":[{"DIGEST":"sha256:)" +
      std::string(64, 'b') + R"(","Size":7}],"Config":{"digest":"sha256:)" +
      std::string(64, 'c') + R"("},"SUBJECT":{"digest":"x:y"},"x":")" + "\xff" +
      R"("})");
  ASSERT_EQ(details.layers.size(), 1U);
  EXPECT_EQ(details.layers[0].digest, "sha256:" + std::string(64, 'b'));
  EXPECT_EQ(details.layers[0].size, 7U);
  ASSERT_TRUE(details.config);
  ASSERT_TRUE(details.subject);
  EXPECT_EQ(details.subject->digest, "x:y");
}

TEST(GoDecoding, OfARefusedManifestIsSaidAndPinsNothing) {
  StoreBuilder store;
  const Digest layer = store.layer("app", "layer");
  const Digest garbage = store.layer("app", "garbage");
  store.manifest_bytes("app", "v1",
                       document(media::oci_image,
                                R"("layers":[{"digest":")" + layer.to_string() +
                                    R"("}],"annotations":{"a":1})"));
  const JsonRun verified = run_for_json(store, {"verify"});
  EXPECT_EQ(verified.report["tags"]["broken"], 1);
  const GcRun run = run_gc(store);
  EXPECT_FALSE(run.pinned("app"));
  EXPECT_EQ(run.finding("refused-manifest")["needed_by"],
            nlohmann::json({"app:v1"}));
  EXPECT_TRUE(store.has_blob(layer));
  EXPECT_FALSE(store.has_blob(garbage));
}

TEST(GoDecoding, OfAnUnusableSubjectIsANoteAndPinsNothing) {
  StoreBuilder store;
  const Digest layer = store.layer("app", "layer");
  const Digest garbage = store.layer("app", "garbage");
  store.manifest_bytes("app", "v1",
                       document(media::oci_image,
                                R"("layers":[{"digest":")" + layer.to_string() +
                                    R"("}],"subject":{"digest":""})"));
  const GcRun run = run_gc(store);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.finding("odd-subject")["severity"], "note");
  EXPECT_TRUE(store.has_blob(layer));
  EXPECT_FALSE(store.has_blob(garbage));
}

TEST(GoDecoding, OfWhatNoServerReadsCountsAsBroken) {
  StoreBuilder store;
  store.manifest_bytes("app", "v1", R"({"schemaVersion":3})");
  EXPECT_EQ(run_for_json(store, {"verify"}).report["tags"]["broken"], 1);
}

}  // namespace
}  // namespace dregs
