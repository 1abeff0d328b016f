// Symbolic links and mounts inside the store: format.md#row-51 to #row-53. They
// are read through, as the registry does, and never removed nor removed
// through.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "scanner/formats/sha256.h"
#include "tests/gc_run.h"
#include "tests/mounted_store.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;
using Paths = std::set<std::string>;

// Moves a part of the store out of it and leaves a symbolic link.
class MovedAway {
 public:
  MovedAway(StoreBuilder& store, const std::string& path)
      : target_(store.root() / "elsewhere") {
    fs::rename(store.v2() / path, target_);
    store.symlink(target_.string(), path);
    before_ = look();
  }
  bool untouched() const { return look() == before_; }

 private:
  TreeSnapshot look() const {
    return snapshot_tree(fs::is_directory(target_) ? target_
                                                   : target_.parent_path());
  }

  fs::path target_;
  TreeSnapshot before_;
};

std::string folder_of_folder(const std::string& folder) {
  return fs::path(folder).parent_path().string();
}

std::string linked_folder_of(const Digest& digest) {
  return folder_of_folder(StoreBuilder::blob_path(digest));
}

// row 51
TEST(SymbolicLinks, ARepositoryBehindOneIsReadAndNothingOfItGoes) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const BuiltImage away = store.image("away", "", {"away"});
  const Digest loose = store.layer("away", "loose");
  const MovedAway moved(store, "repositories/away");
  const TreeSnapshot before = store.snapshot();
  const GcRun run = run_gc(store, {"-m"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.finding("symbolic-link").at("path"),
            in_root("repositories/away"));
  EXPECT_TRUE(run.pinned("away"));
  EXPECT_TRUE(store.has_blob(away.layers[0]) && store.has_blob(loose));
  EXPECT_TRUE(moved.untouched());
  EXPECT_EQ(store.snapshot(), before);
}

// row 51
TEST(SymbolicLinks, PartsOfARepositoryBehindOneAreReadAndPinIt) {
  for (const char* part :
       {"_layers", "_layers/sha256", "_manifests", "_manifests/revisions",
        "_manifests/revisions/sha256", "_manifests/tags", "_manifests/tags/v1",
        "_manifests/tags/v1/current", "_manifests/tags/v1/index"}) {
    SCOPED_TRACE(part);
    StoreBuilder store;
    store.image("app", "v1", {"base"});
    store.image("app", "", {"untagged"});
    store.layer("app", "loose");
    const MovedAway moved(store, "repositories/app/" + std::string(part));
    const TreeSnapshot before = store.snapshot();
    const GcRun run = run_gc(store, {"-m"});
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.finding("symbolic-link").at("path").get<std::string>(),
                ::testing::StartsWith(in_root("repositories/app/") + part));
    EXPECT_TRUE(run.pinned("app"));
    EXPECT_TRUE(moved.untouched());
    EXPECT_EQ(store.snapshot(), before);
  }
}

// row 51
TEST(SymbolicLinks, LinkFoldersAndLinkFilesBehindOneAreReadAndPin) {
  StoreBuilder probe;
  const BuiltImage image = probe.image("app", "v1", {"base"});
  for (const std::string& path :
       {StoreBuilder::revision_path("app", image.manifest),
        StoreBuilder::layer_link_path("app", image.layers[0]),
        StoreBuilder::tag_path("app", "v1")}) {
    for (const bool folder : {false, true}) {
      StoreBuilder store;
      store.image("app", "v1", {"base"});
      store.image("app", "", {"untagged"});
      const std::string what =
          folder ? fs::path(path).parent_path().string() : path;
      SCOPED_TRACE(what);
      const MovedAway moved(store, what);
      const TreeSnapshot before = store.snapshot();
      const GcRun run = run_gc(store, {"-m"});
      EXPECT_EQ(run.exit_code, 1);
      EXPECT_TRUE(run.finding("symbolic-link").is_object());
      EXPECT_TRUE(run.pinned("app"));
      EXPECT_EQ(store.snapshot(), before);
    }
  }
}

// row 51
TEST(SymbolicLinks, NoBlobGoesThroughOneOnTheWayToIt) {
  StoreBuilder probe;
  const std::string blob = linked_folder_of(probe.blob("garbage"));
  const std::string prefix = fs::path(blob).parent_path().string();
  for (const std::string& path : {prefix, blob, blob + "/data"}) {
    SCOPED_TRACE(path);
    StoreBuilder store;
    store.image("app", "v1", {"base"});
    store.blob("garbage");
    const MovedAway moved(store, path);
    const TreeSnapshot before = store.snapshot();
    const GcRun run = run_gc(store, {"--fail-on", "warning"});
    EXPECT_EQ(run.exit_code, 1) << run.err;
    EXPECT_EQ(run.finding("symbolic-link").at("path"), in_root(path));
    EXPECT_TRUE(run.finding("missing-blob").is_null());
    EXPECT_EQ(run.report.at("blobs").at("kept"), 1);
    EXPECT_TRUE(moved.untouched());
    EXPECT_EQ(store.snapshot(), before);
  }
}

// row 52
TEST(SymbolicLinks, OnesThatLeadBackAreReportedAndSkipped) {
  StoreBuilder store;
  store.image("team/app", "v1", {"base"});
  store.symlink("..", "repositories/team/up");
  store.symlink(".", "repositories/team/here");
  store.symlink("self", "repositories/self");
  const Digest garbage = store.blob("garbage");
  const GcRun run = run_gc(store, {"--fail-on", "warning"});
  EXPECT_EQ(run.exit_code, 1);
  Paths loops;
  for (const auto& finding : run.report.at("findings"))
    if (finding.at("kind") == "symbolic-link-loop")
      loops.insert(finding.at("path").get<std::string>());
  EXPECT_EQ(loops, (Paths{in_root("repositories/self"),
                          in_root("repositories/team/here"),
                          in_root("repositories/team/up")}));
  EXPECT_FALSE(store.has_blob(garbage));
}

// row 52: there are more ways through twelve folders that all lead to one
// another than anybody can walk.
TEST(SymbolicLinks, FoldersThatLeadToOneAnotherAreWalkedOnce) {
  StoreBuilder store;
  constexpr int kFolders = 12;
  for (int from = 0; from < kFolders; ++from) {
    const std::string name = "n" + std::to_string(from);
    store.image(name + "/app", "v1", {name});
    for (int to = 0; to < kFolders; ++to)
      if (to != from)
        store.symlink("../n" + std::to_string(to),
                      "repositories/" + name + "/to" + std::to_string(to));
  }
  const TreeSnapshot before = store.snapshot();
  const GcRun run = run_gc(store, {"--fail-on", "warning"}, {"timeout", "60"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(store.snapshot(), before);
  EXPECT_EQ(run_gc(store, {"-n", "-j", "1"}).report.at("findings"),
            run_gc(store, {"-n", "-j", "7"}).report.at("findings"));
}

// row 52
TEST(SymbolicLinks, OneThatLeadsNowhereMayBeAMissingRepository) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.blob("garbage");
  store.symlink("/nowhere/at/all", "repositories/gone");
  const TreeSnapshot before = store.snapshot();
  const GcRun run = run_gc(store);
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_EQ(run.finding("dangling-symbolic-link").at("path"),
            in_root("repositories/gone"));
  EXPECT_EQ(store.snapshot(), before);
}

// row 52
TEST(SymbolicLinks, DanglingOnesInARepositoryPinItAndOnesBelowBlobsStay) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base"});
  store.image("app", "", {"untagged"});
  store.symlink("/nowhere", "repositories/app/_manifests/tags/v2");
  store.symlink("/nowhere", "blobs/sha256/00");
  store.symlink("/nowhere", "blobs/sha512");
  const TreeSnapshot before = store.snapshot();
  const GcRun run = run_gc(store, {"-m"});
  EXPECT_TRUE(run.exit_code == 1 || run.exit_code == 3);
  EXPECT_EQ(store.snapshot(), before);
}

// row 52: nobody knows what the repository needs.
TEST(SymbolicLinks, PartsOfARepositoryThatLeadNowhereOrBackRefuseTheRun) {
  for (const char* part : {"_manifests", "_manifests/revisions",
                           "_manifests/tags", "_layers", "_layers/sha256"})
    for (const std::string target : {"/nowhere", "itself"}) {
      SCOPED_TRACE(part + (" -> " + target));
      StoreBuilder store;
      store.image("app", "v1", {"base"});
      store.blob("garbage");
      const std::string path = "repositories/app/" + std::string(part);
      store.remove(path);
      store.symlink(
          target == "itself" ? fs::path(path).filename().string() : target,
          path);
      const TreeSnapshot before = store.snapshot();
      const GcRun run = run_gc(store);
      EXPECT_EQ(run.exit_code, 3);
      EXPECT_EQ(run.finding("unreadable-folder").at("path"), in_root(path));
      EXPECT_EQ(store.snapshot(), before);
    }
}

// row 52
TEST(SymbolicLinks, ALinkFolderThatLeadsNowherePinsItsRepository) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base"});
  store.image("app", "", {"untagged"});
  const std::string folder =
      folder_of_folder(StoreBuilder::revision_path("app", app.manifest));
  store.remove(folder);
  store.symlink("/nowhere", folder);
  const TreeSnapshot before = store.snapshot();
  const GcRun run = run_gc(store, {"-m"});
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_EQ(run.finding("symbolic-link").at("path"), in_root(folder));
  EXPECT_EQ(store.snapshot(), before);
}

// row 52
TEST(SymbolicLinks, ABlobThatLeadsNowhereIsMissingForItsImage) {
  StoreBuilder probe;
  const Digest layer = probe.image("app", "v1", {"base"}).layers[0];
  const std::string data = StoreBuilder::blob_path(layer);
  for (const auto& [path, target] :
       {std::pair(linked_folder_of(layer), "/nowhere"),
        std::pair(linked_folder_of(layer), "/dev/null"),
        std::pair(data, "/nowhere"), std::pair(data, "/usr")}) {
    SCOPED_TRACE(path + " -> " + target);
    StoreBuilder store;
    store.image("app", "v1", {"base"});
    store.remove(path);
    store.symlink(target, path);
    const TreeSnapshot before = store.snapshot();
    const GcRun run = run_gc(store);
    EXPECT_EQ(run.finding("symbolic-link").at("path"), in_root(path));
    EXPECT_EQ(run.finding("missing-blob").at("digest"), layer.to_string());
    EXPECT_EQ(store.snapshot(), before);
  }
}

// Nothing is removed through the link, so nothing of it may be promised.
TEST(SymbolicLinks, WhatIsLeftOverBehindOneIsNotPlannedToGo) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const Digest never = sha256("never finished");
  store.temp_file(StoreBuilder::blob_path(never));
  const std::string prefix = folder_of_folder(linked_folder_of(never));
  const MovedAway moved(store, prefix);
  const GcRun run =
      run_gc(store, {"--uploads-older-than", "0", "--fail-on", "warning"});
  EXPECT_EQ(run.exit_code, 1) << run.report.at("findings");
  EXPECT_EQ(run.removed(), Paths{});
  EXPECT_TRUE(run.finding("foreign-entry").is_null());
  EXPECT_TRUE(moved.untouched());
}

// row 53
class Mounts : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!can_mount()) GTEST_SKIP() << "may not mount";
  }

  static std::string garbage() { return linked_folder_of(sha256("garbage")); }

  // Over `path`, with the same content: once another filesystem, once a bind
  // mount of the same one. Both times the dry run says what the run does.
  static void mount_over(const std::string& path,
                         const std::function<void(const GcRun&)>& expect) {
    for (const char* how :
         {"mount -t tmpfs none $p; cp -a copy/. $p", "mount --bind copy $p"}) {
      SCOPED_TRACE(path + ": " + how);
      StoreBuilder store;
      store.image("app", "v1", {"base"});
      store.image("app", "", {"untagged"});
      store.blob("garbage");
      const std::string commands = "p=" + path + "\ncp -a $p copy\n" + how;
      const GcRun dry = run_gc_among_mounts(store, commands, {"-m", "-n"});
      const GcRun run = run_gc_among_mounts(store, "rm -r copy\n" + commands,
                                            {"-m", "--fail-on", "warning"});
      EXPECT_EQ(run.exit_code, 1) << run.err;
      EXPECT_THAT(run.finding("other-filesystem").at("path").get<std::string>(),
                  ::testing::StartsWith(in_root(path)));
      EXPECT_EQ(run.removed(), dry.removed());
      expect(run);
    }
  }
};

// The topmost folders of two filesystems in memory have one inode number.
TEST_F(Mounts, OnesWhoseFoldersHaveTheSameNumberAreNoLoop) {
  StoreBuilder store;
  store.image("team/app", "v1", {"base"});
  const BuiltImage far = store.image("far/app", "v1", {"far"});
  store.symlink(store.root() / "elsewhere", "repositories/team/more");
  const GcRun run = run_gc_among_mounts(
      store,
      "p=$PWD/repositories; mkdir $p/../../../../elsewhere\n"
      "cd $p; cp -a team copy\n"
      "mount -t tmpfs none team; cp -a copy/. team\n"
      "mount -t tmpfs none ../../../../elsewhere\n"
      "mv far/app ../../../../elsewhere; rm -r copy");
  EXPECT_TRUE(run.finding("symbolic-link-loop").is_null());
  EXPECT_FALSE(run.pinned("team/more/app"));
  EXPECT_EQ(run.removed("blob").count(in_root(linked_folder_of(far.layers[0]))),
            0u);
}

TEST_F(Mounts, OverRepositoriesOrTheirPartsNothingOfThemGoes) {
  for (const char* path :
       {"repositories/app", "repositories/app/_layers",
        "repositories/app/_layers/sha256", "repositories/app/_manifests/tags",
        "repositories/app/_manifests/tags/v1/current",
        "repositories/app/_manifests/tags/v1/index"})
    mount_over(path, [](const GcRun& run) {
      EXPECT_TRUE(run.pinned("app"));
      EXPECT_EQ(run.removed(), (Paths{in_root(garbage()),
                                      in_root(folder_of_folder(garbage()))}));
    });
}

TEST_F(Mounts, OverTheSignaturesOfARevisionNoneOfThemGo) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const Digest legacy = store.schema1("app", "", {"base"}, 1);
  const std::string folder =
      folder_of_folder(StoreBuilder::revision_path("app", legacy)) +
      "/signatures";
  const TreeSnapshot before = store.snapshot();
  const GcRun run = run_gc_among_mounts(
      store, "mount --bind " + folder + " " + folder, {"-m"});
  EXPECT_EQ(run.exit_code, 1) << run.err;
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_EQ(run.removed(), Paths{});
  EXPECT_EQ(store.snapshot(), before);
}

// Empty, or with a temporary file in it, and on its own filesystem.
TEST_F(Mounts, OverABlobFolderWithoutDataItStaysAndIsNotPlannedToGo) {
  const Digest never = sha256("never finished");
  const std::string temp =
      StoreBuilder::temp_path(StoreBuilder::blob_path(never));
  for (const std::string& fill : {std::string(), "; echo half >" + temp}) {
    SCOPED_TRACE(fill);
    StoreBuilder store;
    store.image("app", "v1", {"base"});
    store.folder(linked_folder_of(never));
    const GcRun run = run_gc_among_mounts(
        store, "mount -t tmpfs none " + linked_folder_of(never) + fill,
        {"--uploads-older-than", "0", "--fail-on", "warning"});
    EXPECT_EQ(run.exit_code, 1) << run.report.at("findings");
    EXPECT_EQ(run.finding("other-filesystem").at("path"),
              in_root(linked_folder_of(never)));
    EXPECT_EQ(run.removed(), Paths{});
  }
}

TEST_F(Mounts, OverABlobItStaysAndOthersGo) {
  for (const std::string& path : {folder_of_folder(garbage()), garbage()})
    mount_over(path, [](const GcRun& run) {
      EXPECT_EQ(run.removed("blob").count(in_root(garbage())), 0u);
      EXPECT_GT(run.removed("blob").size(), 0u);
    });
}

}  // namespace
}  // namespace dregs
