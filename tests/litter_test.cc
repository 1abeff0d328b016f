// What other software leaves among a registry's files: it stays, it is said
// once for each kind of name, and it pins nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/formats/sha256.h"
#include "scanner/inventory/litter.h"
#include "tests/gc_run.h"

namespace dregs {
namespace {

using PathSet = std::set<std::string>;
namespace fs = std::filesystem;

constexpr auto kLitterId = "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e21";

std::vector<nlohmann::json> all_of_kind(const GcRun& run,
                                        const std::string& kind) {
  std::vector<nlohmann::json> all;
  for (const auto& finding : run.report.at("findings"))
    if (finding.at("kind") == kind) all.push_back(finding);
  return all;
}

// Every folder of a store, relative to v2.
std::vector<std::string> folders_of_store(const StoreBuilder& store) {
  std::vector<std::string> folders = {"."};
  for (const auto& entry : fs::recursive_directory_iterator(store.v2()))
    if (entry.is_directory())
      folders.push_back(fs::relative(entry.path(), store.v2()).string());
  return folders;
}

// Something of every kind to remove, and an image that stays.
class LitteredStore : public ::testing::Test {
 protected:
  void SetUp() override {
    image_ = store_.image("team/app", "v1", {"base"});
    old_ = store_.image("team/app", "", {"old"});
    store_.tag("team/app", "v1", old_.manifest);
    store_.tag("team/app", "v1", image_.manifest);
    store_.image("team/app", "", {"by sha512"}, {.sha512_layers = true});
    deleted_ = store_.image("team/app", "v2", {"base", "deleted"}).manifest;
    store_.delete_manifest("team/app", deleted_);
    garbage_ = store_.layer("team/app", "garbage");
    store_.upload("team/app", kLitterId, std::chrono::hours(1), "half");
  }

  GcRun run(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.end(), {"-m", "--uploads-older-than", "0"});
    return run_gc(store_, arguments);
  }

  // As in a store without the litter, but for folders that hold it.
  void expect_collected(const GcRun& run) {
    EXPECT_EQ(run.exit_code, 0) << run.report.dump(2);
    EXPECT_FALSE(run.pinned("team/app"));
    EXPECT_FALSE(store_.has_blob(garbage_) || store_.has_blob(old_.manifest));
    EXPECT_FALSE(
        store_.has(StoreBuilder::upload_path("team/app", kLitterId) + "/data"));
    EXPECT_TRUE(store_.has_blob(image_.manifest));
    EXPECT_TRUE(store_.has_blob(image_.layers[0]));
  }

  StoreBuilder store_;
  BuiltImage image_;
  BuiltImage old_;
  Digest deleted_;
  Digest garbage_;
};

TEST_F(LitteredStore, FilesOfAnyVendorInAnyFolderPinNothingAndStay) {
  const std::vector<std::string> names = {
      ".DS_Store",  "._link",         "Thumbs.db",   ".link.swp",
      ".#link",     ".link.Xy12Za",   ".stignore",   "link~",
      ".directory", ".fuse_hidden01", "desktop.ini", ".data.AbCdEf"};
  PathSet litter;
  for (const std::string& folder : folders_of_store(store_))
    for (const std::string& name : names) {
      store_.write(folder + "/" + name, "x");
      litter.insert(folder + "/" + name);
    }
  expect_collected(run());
  for (const std::string& path : litter) EXPECT_TRUE(store_.has(path)) << path;
  EXPECT_EQ(run().removed(), PathSet());
}

TEST_F(LitteredStore, FoldersOfAnyVendorInAnyFolderPinNothingAndStay) {
  PathSet litter;
  for (const std::string& folder : folders_of_store(store_))
    for (const char* name : {"@eaDir", ".AppleDouble", ".@__thumb", ".stfolder",
                             "lost+found", ".snapshot",
                             "System Volume "
                             "Information"}) {
      store_.write(folder + "/" + name + "/link@SynoEAStream", "x");
      litter.insert(folder + "/" + name + "/link@SynoEAStream");
    }
  expect_collected(run());
  for (const std::string& path : litter) EXPECT_TRUE(store_.has(path)) << path;
  EXPECT_EQ(run().removed(), PathSet());
}

TEST_F(LitteredStore, SymbolicLinksOfEditorsThatLeadNowherePinNothing) {
  for (const std::string& folder : folders_of_store(store_))
    store_.symlink("me@host.1234:1", folder + "/.#link");
  expect_collected(run());
}

TEST_F(LitteredStore, EachKindOfNameIsSaidOnce) {
  for (const std::string& folder : folders_of_store(store_)) {
    store_.folder(folder + "/@eaDir");
    store_.write(folder + "/._data", "x");
    store_.write(folder + "/._link", "x");
  }
  const GcRun dry = run({"-n"});
  const auto notes = all_of_kind(dry, "litter");
  ASSERT_EQ(notes.size(), 2u) << dry.report.at("findings").dump(2);
  EXPECT_THAT(notes[0].at("detail").get<std::string>(),
              ::testing::HasSubstr("the first of"));
  EXPECT_EQ(all_of_kind(dry, "foreign-entry").size(), 0u);
  EXPECT_EQ(dry.report.at("findings"),
            run({"-n", "-j", "1"}).report.at("findings"));
}

TEST_F(LitteredStore, ADryRunNamesWhatTheRunRemoves) {
  for (const std::string& folder : folders_of_store(store_)) {
    store_.folder(folder + "/@eaDir");
    store_.write(folder + "/.DS_Store", "x");
  }
  const PathSet planned = run({"-n"}).removed();
  EXPECT_FALSE(planned.empty());
  EXPECT_EQ(run().removed(), planned);
  EXPECT_EQ(run({"-n"}).removed(), PathSet());
}

// It could be served by nobody, and the images of today do not need it.
TEST_F(LitteredStore, AFolderOfSnapshotsIsNotWalked) {
  store_.image("team/kept", "v1", {"only in the past"});
  for (const std::string name : {".snapshot", "#snapshot", ".zfs"}) {
    store_.folder("repositories/team/" + name + "/hourly.0");
    fs::copy(store_.v2() / "repositories/team/kept",
             store_.v2() / ("repositories/team/" + name + "/hourly.0/kept"),
             fs::copy_options::recursive);
  }
  store_.remove("repositories/team/kept");
  expect_collected(run());
  EXPECT_FALSE(store_.has_blob(sha256("only in the past")));
  EXPECT_TRUE(
      store_.has("repositories/team/.snapshot/hourly.0/kept/_manifests"));
}

// As below a folder whose name begins with '_' (row 58).
TEST_F(LitteredStore, ARepositoryInARecycleBinKeepsWhatItNames) {
  store_.image("team/kept", "v1", {"thrown away"});
  store_.folder("repositories/#recycle");
  fs::rename(store_.v2() / "repositories/team/kept",
             store_.v2() / "repositories/#recycle/kept");
  const GcRun after = run();
  EXPECT_TRUE(after.pinned("#recycle/kept"));
  EXPECT_TRUE(store_.has_blob(sha256("thrown away")));
  EXPECT_FALSE(store_.has_blob(garbage_));
}

// What only a registry writes decides, not the folder's name.
TEST_F(LitteredStore, AFolderOfALinkPinsWhateverItsNameIs) {
  store_.write("repositories/team/app/_layers/sha256/(copy)/link",
               garbage_.to_string());
  const GcRun after = run();
  EXPECT_TRUE(after.pinned("team/app"));
  EXPECT_TRUE(store_.has_blob(garbage_));
}

TEST_F(LitteredStore, AFolderThatCannotBeATagIsOneWhereItHasATarget) {
  store_.write("repositories/team/app/_manifests/tags/~v1/current/link",
               old_.manifest.to_string());
  const GcRun after = run();
  EXPECT_EQ(after.finding("odd-tag-name").at("path"),
            in_root("repositories/team/app/_manifests/tags/~v1"));
  EXPECT_TRUE(store_.has_blob(old_.manifest));
}

TEST_F(LitteredStore, AnEmptyRepositoryThatHoldsItIsNotCalledEmpty) {
  store_.folder("repositories/empty/_layers/sha256");
  store_.folder("repositories/empty/_manifests/tags");
  store_.folder("repositories/empty/_layers/sha256/@eaDir");
  const GcRun after = run();
  for (const std::string& path : after.removed("folder"))
    EXPECT_EQ(path.find("repositories/empty"), std::string::npos) << path;
  EXPECT_TRUE(store_.has("repositories/empty/_layers/sha256/@eaDir"));
}

// The bytes are free when the process ends; until then somebody has to know.
TEST_F(LitteredStore,
       AnUploadWithAFileThatAnNfsClientHasOpenGoesAndIsReported) {
  const std::string upload = StoreBuilder::upload_path("team/app", kLitterId);
  store_.write(upload + "/.nfs000000000123abcd00000007",
               std::string(5000, 'x'));
  const GcRun after = run({"--fail-on", "warning"});
  EXPECT_EQ(after.exit_code, 1);
  EXPECT_EQ(after.finding("open-on-nfs").at("path"), in_root(upload));
  EXPECT_THAT(after.finding("open-on-nfs").at("detail").get<std::string>(),
              ::testing::HasSubstr("5000 bytes"));
  EXPECT_FALSE(store_.has(upload + "/data"));
  EXPECT_EQ(run({"-n"}).removed("upload"), PathSet());
}

TEST_F(LitteredStore, AnUploadThatIsKeptSaysForWhatAndHowMuchItHolds) {
  const std::string upload = StoreBuilder::upload_path("team/app", kLitterId);
  store_.write(upload + "/notes", std::string(1000, 'x'));
  const std::string detail =
      run().finding("odd-upload").at("detail").get<std::string>();
  EXPECT_THAT(detail, ::testing::HasSubstr("notes"));
  EXPECT_THAT(detail, ::testing::HasSubstr("1132 bytes"));
  EXPECT_TRUE(store_.has(upload + "/data"));
}

TEST_F(LitteredStore, WhatLiesBesideBlobsAndRepositoriesIsSaid) {
  store_.write("notes", "mine");
  EXPECT_EQ(run().finding("foreign-entry").at("path"), in_root("notes"));
  EXPECT_TRUE(store_.has("notes"));
}

TEST(LitterName, IsWhatNoServerCanWriteOrReach) {
  for (const char* name :
       {"@eaDir", ".x", "lost+found", "a b", "x~", "\xff", ".", "new\nline"})
    EXPECT_TRUE(is_litter(name)) << name;
  for (const char* name :
       {"app", "v1.0", "-x", "_x", "x-y_z", "sha256", "A", "0", "Thumbs.db"})
    EXPECT_FALSE(is_litter(name)) << name;
  EXPECT_TRUE(is_litter_file("Thumbs.db"));
  EXPECT_TRUE(is_open_on_nfs(".nfs0123abcd") && !is_open_on_nfs(".nfs") &&
              !is_open_on_nfs(".nfsx"));
}

}  // namespace
}  // namespace dregs
