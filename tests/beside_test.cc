// What lies beside links and data that stay: temporary files of a registry that
// was killed, and what is somebody else's (format.md#row-42 and #row-43).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/disk/look_beside.h"
#include "scanner/formats/sha256.h"
#include "tests/command_run.h"
#include "tests/gc_run.h"

namespace dregs {
namespace {

using PathSet = std::set<std::string>;

class Beside : public ::testing::Test {
 protected:
  void SetUp() override {
    image_ = store_.image("app", "v1", {"base"}, {.sha512_layers = true});
    old_ = store_.image("app", "v1", {"base", "old"});
    store_.tag("app", "v1", image_.manifest);
    live_ = {StoreBuilder::blob_path(image_.manifest),
             StoreBuilder::blob_path(image_.layers[0]),
             StoreBuilder::layer_link_path("app", image_.layers[0]),
             StoreBuilder::revision_path("app", image_.manifest),
             StoreBuilder::tag_path("app", "v1"),
             StoreBuilder::history_path("app", "v1", image_.manifest),
             StoreBuilder::history_path("app", "v1", old_.manifest)};
  }

  GcRun run(const std::vector<std::string>& arguments = {"--uploads-older-than",
                                                         "0"}) {
    return run_gc(store_, arguments);
  }

  StoreBuilder store_;
  BuiltImage image_;
  BuiltImage old_;  // untagged, in the history of v1
  std::vector<std::string> live_;
};

TEST_F(Beside, EveryTemporaryFileThatIsOldGoesAndIsCounted) {
  PathSet left;
  for (const std::string& file : live_)
    left.insert(in_root(store_.temp_file(file)));
  const TreeSnapshot before = store_.snapshot();
  const GcRun dry = run({"-n", "--uploads-older-than", "0"});
  EXPECT_EQ(dry.removed(), left);
  const GcRun gone = run();
  EXPECT_EQ(gone.exit_code, 0);
  EXPECT_EQ(gone.removed("temporary"), left);
  EXPECT_EQ(gone.report.at("temporary_files").at("removed"), left.size());
  EXPECT_EQ(store_.removed_since(before).size(), left.size());
  EXPECT_EQ(run().removed(), PathSet());
}

TEST_F(Beside, AYoungTemporaryFileStays) {
  for (const std::string& file : live_) store_.temp_file(file);
  const TreeSnapshot before = store_.snapshot();
  EXPECT_EQ(run({}).removed(), PathSet());
  EXPECT_EQ(store_.snapshot(), before);
}

// The link goes, its folder and those above cannot.
TEST_F(Beside, AYoungTemporaryFileKeepsTheFolderOfWhatGoes) {
  const BuiltImage gone = store_.image("gone", "", {"gone"});
  store_.temp_file(StoreBuilder::revision_path("gone", gone.manifest));
  store_.temp_file(StoreBuilder::blob_path(gone.manifest));
  const GcRun dry = run({"-m", "-n"});
  const PathSet planned = dry.removed();
  const GcRun after = run({"-m"});
  EXPECT_EQ(after.exit_code, dry.exit_code);
  EXPECT_EQ(after.removed(), planned);
  for (const std::string& path : after.removed("folder"))
    EXPECT_FALSE(std::filesystem::exists(store_.root() / path)) << path;
}

TEST_F(Beside, ForeignFilesAreReportedAndStay) {
  PathSet foreign;
  for (const std::string& file : live_) {
    const std::string path =
        (std::filesystem::path(file).parent_path() / "notes").string();
    store_.write(path, "mine");
    foreign.insert(in_root(path));
  }
  const GcRun after = run({"-m"});
  PathSet reported;
  for (const auto& finding : after.report.at("findings"))
    if (finding.at("kind") == "foreign-entry")
      reported.insert(finding.at("path").get<std::string>());
  for (const std::string& path : foreign) {
    EXPECT_TRUE(reported.contains(path)) << path;
    EXPECT_TRUE(std::filesystem::exists(store_.root() / path)) << path;
  }
  EXPECT_EQ(after.exit_code, 0);
}

// Its folder cannot go, and a dry run does not say so.
TEST_F(Beside, AForeignFileKeepsTheFolderOfABlobThatGoes) {
  const Digest garbage = store_.blob("garbage");
  const std::string data = StoreBuilder::blob_path(garbage);
  store_.write(data + ".mine", "mine");
  EXPECT_EQ(run({"-n"}).removed("folder"), PathSet());
  EXPECT_EQ(run().exit_code, 0);
  EXPECT_FALSE(store_.has(data));
  EXPECT_TRUE(store_.has(data + ".mine"));
}

TEST_F(Beside, ATemporaryFileInAPinnedRepositoryStays) {
  store_.temp_file(StoreBuilder::tag_path("app", "v1"));
  store_.write(StoreBuilder::layer_link_path("app", image_.layers[0]), "");
  EXPECT_EQ(run().removed(), PathSet());
}

TEST_F(Beside, RmSaysBeforehandWhichTagCannotGo) {
  store_.write(StoreBuilder::history_path("app", "v1", old_.manifest) + ".mine",
               "mine");
  const TreeSnapshot before = store_.snapshot();
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"-n"}, std::vector<std::string>{}}) {
    std::vector<std::string> command = {"rm", "app:v1"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const JsonRun result = run_for_json(store_, command);
    EXPECT_EQ(result.exit_code, 4) << result.err;
    const nlohmann::json& report = result.report;
    EXPECT_EQ(report.at("removed"), nlohmann::json::array());
    EXPECT_EQ(report.at("findings").at(0).at("path"),
              in_root(StoreBuilder::tag_folder("app", "v1")));
  }
  EXPECT_EQ(store_.snapshot(), before);
}

TEST(LookBeside, IsLeftOutOfALargeStoreThatShowsNoTraceOfTemporaryFiles) {
  Inventory inventory;
  Repository& repository = inventory.repositories.emplace_back();
  EXPECT_TRUE(is_worth_looking_beside(inventory));
  repository.layers.resize(kFoldersAlwaysListed + 1);
  EXPECT_FALSE(is_worth_looking_beside(inventory));
  repository.uploads.emplace_back().id = "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e21";
  EXPECT_FALSE(is_worth_looking_beside(inventory));
  repository.uploads[0].id = "0192d1c4-7a3e-7c11-9b52-5f0c8a6d3e21";
  EXPECT_TRUE(is_worth_looking_beside(inventory));
  repository.uploads.clear();
  repository.temporary_files.emplace_back();
  EXPECT_TRUE(is_worth_looking_beside(inventory));
}

}  // namespace
}  // namespace dregs
