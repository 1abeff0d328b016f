// A manifest that declares another size than its part has, while the part is
// what its digest says: the manifest is to blame.
#include <gmock/gmock.h>

#include "scanner/formats/sha256.h"
#include "tests/command_run.h"

namespace dregs {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

class WrongSize : public testing::Test {
 protected:
  // An OCI image of `config` and `layer`, tagged, which declares these sizes.
  Digest image(int config_size, int layer_size) {
    return store.manifest_bytes(
        "app", "v1",
        R"({"schemaVersion":2,"mediaType":")" + std::string(media::oci_image) +
            R"(","config":)" + part(config, config_size) + R"(,"layers":[)" +
            part(layer, layer_size) + "]}");
  }

  static std::string part(const Digest& digest, int size) {
    return R"({"digest":")" + digest.to_string() + R"(","size":)" +
           std::to_string(size) + "}";
  }

  void expect_blamed(const std::vector<std::string>& command,
                     const Digest& manifest, const std::string& words) const {
    const JsonRun run = run_for_json(store, command);
    EXPECT_EQ(run.exit_code, 1);
    ASSERT_EQ(run.report["findings"].size(), 1U) << run.report.dump(2);
    const Json finding = run.report["findings"][0];
    EXPECT_EQ(finding["kind"], "wrong-size");
    EXPECT_EQ(finding["digest"], manifest.to_string());
    EXPECT_THAT(std::string(finding["detail"]), HasSubstr(words));
  }

  StoreBuilder store;
  Digest config = store.layer("app", "{}");
  Digest layer = store.layer("app", "layer");
};

TEST_F(WrongSize, OfALayerIsTheManifestsFault) {
  const Digest manifest = image(2, 4);
  const std::string words =
      "declares 4 bytes of " + layer.to_string() + ", which has 5";
  expect_blamed({"verify"}, manifest, words);
  expect_blamed({"inspect", "app:v1"}, manifest, words);
}

TEST_F(WrongSize, OfAConfigIsTheManifestsFault) {
  const Digest manifest = image(3, 5);
  const std::string words = "declares 3 bytes of " + config.to_string();
  expect_blamed({"verify"}, manifest, words);
  expect_blamed({"inspect", "app:v1"}, manifest, words);
}

TEST_F(WrongSize, OfAChildIsTheIndexsFault) {
  const Digest child = image(2, 5);
  const Digest index = store.manifest_bytes(
      "app", "all",
      R"({"schemaVersion":2,"mediaType":")" + std::string(media::oci_index) +
          R"(","manifests":[)" + part(child, 7) + "]}");
  const std::string words = "declares 7 bytes of " + child.to_string();
  expect_blamed({"verify"}, index, words);
  expect_blamed({"inspect", "app:all"}, index, words);
  const Json report = run_for_json(store, {"verify"}).report;
  EXPECT_EQ(report["tags"]["broken"], 1);
  EXPECT_EQ(report["findings"][0]["needed_by"], Json({"app:all"}));
  EXPECT_EQ(run_dregs(store, {"verify", "app:v1"}).exit_code, 0);
}

TEST_F(WrongSize, OfATruncatedLayerIsTheLayersFault) {
  image(2, 5);
  store.truncate(layer, 1);
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"verify"}, {"inspect", "app:v1"}}) {
    const Json findings = run_for_json(store, command).report["findings"];
    ASSERT_EQ(findings.size(), 1U) << findings.dump(2);
    EXPECT_EQ(findings[0]["kind"], "corrupt-blob");
    EXPECT_EQ(findings[0]["digest"], layer.to_string());
  }
}

TEST_F(WrongSize, ThatIsNotDeclaredIsNotWrong) {
  image(0, -1);
  EXPECT_EQ(run_dregs(store, {"verify"}).exit_code, 0);
  EXPECT_EQ(run_dregs(store, {"gc"}).exit_code, 0);
}

// gc does not read layers, so it cannot tell whose fault it is.
TEST_F(WrongSize, IsNothingToGc) {
  image(3, 4);
  EXPECT_EQ(run_dregs(store, {"gc"}).exit_code, 0);
}

TEST_F(WrongSize, InOnlyOneShardIsToldOnce) {
  image(2, 4);
  int told = 0;
  for (const std::string shard : {"1/2", "2/2"})
    told += static_cast<int>(run_for_json(store, {"verify", "--shard", shard})
                                 .report["findings"]
                                 .size());
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace dregs
