// `dregs export` copies images into an OCI layout, whole or not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gc/saved/user_file.h"
#include "scanner/formats/sha256.h"
#include "tests/served_bucket.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::HasSubstr;

class Export : public testing::Test {
 protected:
  JsonRun run(std::vector<std::string> refs,
              std::vector<std::string> more = {}) {
    refs.insert(refs.begin(), {"export", "--to", to()});
    refs.insert(refs.end(), more.begin(), more.end());
    return run_for_json(store_, refs);
  }

  std::string to() const { return (beside_.root() / "layout").string(); }

  Json entries() const {
    return Json::parse(read_file(to() + "/index.json"))["manifests"];
  }

  bool has(const Digest& digest) const {
    const std::string file = to() + "/blobs/sha256/" + digest.hex();
    return fs::exists(file) && sha256(read_file(file)) == digest;
  }

  void expect_refused(const std::string& reason) {
    const JsonRun refused = run({"app:v1"});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_THAT(refused.err, HasSubstr(reason));
    EXPECT_EQ(std::count(refused.err.begin(), refused.err.end(), '\n'), 1);
  }

  StoreBuilder store_;
  StoreBuilder beside_;  // a place for layouts
  BuiltImage image_ = store_.image("app", "v1", {"base", "app"});
};

TEST_F(Export, AnImageGoesWithItsPartsAndAName) {
  const TreeSnapshot before = store_.snapshot();
  const JsonRun done = run({"app:v1"});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_EQ(done.report["schema"], "dregs.export/1");
  EXPECT_EQ(done.report["written"], true);
  for (const Digest& each :
       {image_.manifest, image_.config, image_.layers[0], image_.layers[1]})
    EXPECT_TRUE(has(each));
  ASSERT_EQ(entries().size(), 1U);
  EXPECT_EQ(entries()[0]["digest"], image_.manifest.to_string());
  EXPECT_EQ(entries()[0]["mediaType"], media::oci_image);
  EXPECT_EQ(entries()[0]["annotations"]["org.opencontainers.image.ref.name"],
            "app:v1");
  EXPECT_EQ(store_.snapshot(), before);
}

TEST_F(Export, ReferrersOfChildrenAndSignatureTagsGoToo) {
  const Digest both = store_.index("app", "both", {image_.manifest});
  const BuiltImage sbom = store_.referrer("app", image_.manifest, "sbom");
  const BuiltImage signed_sbom =
      store_.referrer("app", sbom.manifest, "signature");
  const BuiltImage cosign = store_.cosign_signature("app", both);
  const BuiltImage other = store_.image("app", "other", {"other"});
  EXPECT_EQ(run({"app:both"}).exit_code, 0);
  for (const BuiltImage& each : {sbom, signed_sbom, cosign, image_})
    EXPECT_TRUE(has(each.manifest) && has(each.layers[0]));
  EXPECT_FALSE(has(other.manifest));
  std::set<std::string> listed;
  for (const auto& entry : entries()) listed.insert(entry["digest"]);
  EXPECT_EQ(listed,
            (std::set<std::string>{both.to_string(), sbom.manifest.to_string(),
                                   signed_sbom.manifest.to_string(),
                                   cosign.manifest.to_string()}));
}

TEST_F(Export, AMissingLayerIsNamedBeforeAnythingIsCopied) {
  store_.lose(image_.layers[1]);
  const JsonRun failed = run({"app"});
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_EQ(failed.report["written"], false);
  const auto finding = failed.report["findings"][0];
  EXPECT_EQ(finding["kind"], "missing-blob");
  EXPECT_EQ(finding["digest"], image_.layers[1].to_string());
  EXPECT_EQ(finding["needed_by"], Json({"app:v1"}));
  EXPECT_FALSE(fs::exists(to()));
}

TEST_F(Export, ACorruptLayerLeavesTheIndexAsItWas) {
  store_.image("app", "old", {"base"});
  ASSERT_EQ(run({"app:old"}).exit_code, 0);
  const std::string before = read_file(to() + "/index.json");
  store_.corrupt(image_.layers[1]);
  const JsonRun failed = run({"app:v1"});
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_EQ(failed.report["findings"][0]["kind"], "corrupt-blob");
  EXPECT_EQ(failed.report["findings"][0]["needed_by"], Json({"app:v1"}));
  EXPECT_EQ(read_file(to() + "/index.json"), before);
  EXPECT_FALSE(fs::exists(to() + "/blobs/sha256/" + image_.layers[1].hex()));
}

TEST_F(Export, ALayoutGetsMoreAndANameMoves) {
  ASSERT_EQ(run({"app:v1"}).exit_code, 0);
  const BuiltImage newer = store_.image("app", "v1", {"base", "newer"});
  store_.image("app", "v2", {"base"});
  const JsonRun again = run({"app:*"});
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_EQ(again.report["blobs"]["there"]["count"], 1);  // the base
  ASSERT_EQ(entries().size(), 2U);
  EXPECT_EQ(entries()[0]["digest"], newer.manifest.to_string());
  EXPECT_TRUE(has(image_.manifest));
}

TEST_F(Export, ABlobThatRotsInTheLayoutIsCopiedAgain) {
  ASSERT_EQ(run({"app:v1"}).exit_code, 0);
  replace_file("rotten", to() + "/blobs/sha256/" + image_.layers[0].hex());
  EXPECT_EQ(run({"app:v1"}).exit_code, 0);
  EXPECT_TRUE(has(image_.layers[0]));
}

TEST_F(Export, ADeltaHasAllManifestsAndNoLayerOfTheOther) {
  ASSERT_EQ(run({"app:v1"}).exit_code, 0);
  fs::rename(to(), to() + "-old");
  const BuiltImage newer = store_.image("app", "v2", {"base", "newer"});
  const JsonRun delta = run({"app"}, {"--unless-in", to() + "-old"});
  EXPECT_EQ(delta.exit_code, 0) << delta.err;
  EXPECT_EQ(delta.report["blobs"]["left_out"]["count"], 3);
  EXPECT_FALSE(has(image_.layers[0]));
  EXPECT_TRUE(has(image_.manifest) && has(newer.layers[1]));
}

TEST_F(Export, AFolderOfOtherThingsIsRefused) {
  fs::create_directory(to());
  replace_file("text", to() + "/notes");
  expect_refused("is neither empty nor an OCI layout");
  fs::remove(to() + "/notes");
  replace_file("{}", to() + "/index.json");
  expect_refused("is not the index of an OCI layout");
  const JsonRun inside = run_for_json(
      store_, {"export", "app", "--to", (store_.root() / "out").string()});
  EXPECT_EQ(inside.exit_code, 2);
  EXPECT_THAT(inside.err, HasSubstr("lies in the registry"));
}

TEST_F(Export, WhatALayoutCannotHoldIsNamed) {
  store_.schema1("app", "ancient", {"base"});
  store_.image("app", "otherwise", {"base"}, {.sha512_layers = true});
  for (const char* ref : {"app:ancient", "app:otherwise"}) {
    const JsonRun refused = run({ref});
    EXPECT_EQ(refused.exit_code, 1) << ref;
    EXPECT_EQ(refused.report["findings"][0]["needed_by"], Json({ref}));
    EXPECT_THAT(refused.report["findings"][0]["detail"].get<std::string>(),
                HasSubstr("cannot be exported"));
  }
  EXPECT_FALSE(fs::exists(to()));
}

TEST_F(Export, ABucketGivesTheSameLayout) {
  ServedBucket bucket;
  bucket.fill(store_);
  const JsonRun done = bucket.run_for_json({"export", "app:v1", "--to", to()});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_TRUE(has(image_.manifest) && has(image_.layers[1]));
}

}  // namespace
}  // namespace dregs
