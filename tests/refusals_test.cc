// When a run must not begin, or must not go on: format.md#row-62 to #row-64,
// #row-72 to #row-76 and #row-78.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <fstream>
#include <functional>
#include <thread>

#include "gc/guard/disk_watch.h"
#include "gc/remove/remover.h"
#include "scanner/disk/scan.h"
#include "scanner/formats/sha256.h"
#include "tests/mounted_store.h"
#include "tests/paths.h"

namespace dregs {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;
using Paths = std::set<std::string>;

GcRun expect_refused(StoreBuilder& store, const std::string& reason,
                     const std::vector<std::string>& arguments = {}) {
  const TreeSnapshot before = snapshot_tree(store.root());
  GcRun run = run_gc(store, arguments);
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.refused(), HasSubstr(reason));
  EXPECT_EQ(run.removed(), Paths{});
  EXPECT_EQ(run.report.at("blobs").at("removed"), 0);
  EXPECT_EQ(snapshot_tree(store.root()), before);
  return run;
}

// row 62
TEST(Refusal, BlobsWithoutAnyRepositoriesFolderLookLikeAnUnmountedVolume) {
  StoreBuilder store;
  const Digest blob = store.blob("precious");
  store.remove("repositories");
  const GcRun run = expect_refused(store, "no repositories");
  EXPECT_EQ(run.finding("repositories-missing").at("path"),
            in_root("repositories"));
  EXPECT_EQ(run_gc(store, {"--allow-empty"}).report.at("refused").size(), 0u);
  EXPECT_FALSE(store.has_blob(blob));
}

// row 62
TEST(Refusal, BlobsWithoutASingleRepositoryLookLikeAnUnmountedVolume) {
  StoreBuilder store;
  const Digest blob = store.blob("precious");
  store.folder("repositories/empty/namespace");
  expect_refused(store, "no repositories");
  EXPECT_EQ(run_gc(store, {"--allow-empty"}).exit_code, 0);
  EXPECT_FALSE(store.has_blob(blob));
}

// row 62
TEST(Refusal, RepositoriesThatKeepNothingAliveNeedAWordFromTheUser) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "", {"base"});
  expect_refused(store, "no image is live", {"-m"});
  EXPECT_EQ(run_gc(store, {"-m", "--allow-empty"}).exit_code, 0);
  EXPECT_FALSE(store.has_blob(app.manifest));
}

// row 62
TEST(Refusal, AnEmptyRegistryIsNone) {
  EXPECT_EQ(run_gc(StoreBuilder()).exit_code, 0);
  EXPECT_EQ(run_gc(StoreBuilder(), {"--max-delete", "0"}).exit_code, 0);
  for (const char* folder : {"repositories", "blobs"}) {
    StoreBuilder store;
    store.remove(folder);
    const GcRun run = run_gc(store);
    EXPECT_EQ(run.exit_code, 0) << folder;
    EXPECT_EQ(run.report.at("findings").size(), 0u) << folder;
  }
}

// row 63
TEST(Refusal, NoBlobsFolderLeavesEveryLink) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.layer("app", "loose");
  store.upload("other", "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e21",
               std::chrono::hours(1000), "half");
  store.remove("blobs");
  const GcRun run = expect_refused(store, "blobs folder", {"-m"});
  EXPECT_EQ(run.finding("blobs-missing").at("path"), in_root("blobs"));
}

// row 63: the mount point without its volume.
TEST(Refusal, AnEmptyBlobsFolderLeavesEveryLink) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.layer("app", "loose");
  store.remove("blobs");
  store.folder("blobs");
  const TreeSnapshot before = store.snapshot();
  const GcRun run = run_gc(store, {"-m"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_EQ(files_lost(before, store.snapshot()), Paths{});
}

// row 64
TEST(Refusal, MoreThanTheGivenShareOfBlobsNeedsAnotherWord) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});  // three blobs
  store.blob("garbage");
  const GcRun run =
      expect_refused(store, "25.0 % of all blobs", {"--max-delete", "24"});
  EXPECT_THAT(run.report.at("refused").at(0).at("way_out").get<std::string>(),
              HasSubstr("--max-delete"));
  EXPECT_EQ(run_gc(store, {"--max-delete", "25"}).exit_code, 0);
  EXPECT_FALSE(store.has_blob(sha256("garbage")));
}

// row 64
TEST(Refusal, MoreThanTheGivenShareOfBytesNeedsAnotherWord) {
  StoreBuilder store;
  store.image("app", "v1", {"base", "a", "b", "c", "d"});
  store.blob(std::string(1'000'000, 'x'));
  expect_refused(store, "of all bytes", {"--max-delete", "50"});
}

struct Scanned {
  explicit Scanned(const StoreBuilder& store)
      : v2(open_folder(AT_FDCWD, store.v2().string())),
        inventory(scan(v2.get(), stop, progress)) {}
  Change change() const { return changed_since(inventory, v2.get(), stop); }

  StopRequest stop;
  ScanProgress progress;
  Descriptor v2;
  Inventory inventory;
};

// row 72
TEST(Refusal, WhateverIsPushedBetweenMarkAndSweepIsNoticed) {
  using Push = void (*)(StoreBuilder&);
  const std::vector<Push> pushes = {
      [](StoreBuilder& s) { s.image("app", "v2", {"base"}); },
      [](StoreBuilder& s) { s.image("app", "", {"new"}); },
      [](StoreBuilder& s) { s.layer("app", "mounted"); },
      [](StoreBuilder& s) { s.image("new/app", "v1", {"base"}); },
      [](StoreBuilder& s) { s.untag("app", "v1"); },
      [](StoreBuilder& s) {
        s.move_tag("app", "v1", s.image("app", "", {"old"}).manifest);
      },
      [](StoreBuilder& s) {
        s.upload("app", "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e21",
                 std::chrono::seconds(0), "");
      }};
  for (std::size_t i = 0; i < pushes.size(); ++i) {
    SCOPED_TRACE(i);
    StoreBuilder store;
    store.image("app", "v1", {"base"});
    store.image("app", "", {"old"});
    const Scanned scanned(store);
    EXPECT_FALSE(scanned.change().changed);
    pushes[i](store);
    EXPECT_TRUE(scanned.change().changed);
  }
}

class ScannedGarbage : public ::testing::Test {
 protected:
  // What becomes of the blob where `since` is done between scan and sweep.
  void expect_stays_after(const std::function<void()>& since) {
    const Scanned scanned(store_);
    since();
    DiskRemover remover(scanned.v2.get(), scanned.inventory);
    Removal removal;
    removal.kind = RemovalKind::blob;
    removal.digest = garbage_;
    EXPECT_EQ(remover.remove(removal).state, RemovalOutcome::State::changed);
    EXPECT_TRUE(store_.has_blob(garbage_));
  }

  StoreBuilder store_;
  const Digest garbage_ = store_.blob("garbage");
  const fs::path file_ = store_.v2() / StoreBuilder::blob_path(garbage_);
};

// row 72
TEST_F(ScannedGarbage, ThatWasPushedAgainSinceStays) {
  expect_stays_after([this] {
    fs::remove_all(file_.parent_path());
    store_.blob("garbage");
  });
}

// row 72
// The same file to the byte and inode, yet somebody needs it there.
TEST_F(ScannedGarbage, ThatWasMountedOverItselfSinceStays) {
  if (!can_mount()) GTEST_SKIP() << "this process may not make mounts";
  std::thread in_its_own_namespace([this] {
    ASSERT_EQ(::unshare(CLONE_NEWNS), 0);
    ASSERT_EQ(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    expect_stays_after([this] {
      ASSERT_EQ(
          ::mount(file_.c_str(), file_.c_str(), nullptr, MS_BIND, nullptr), 0);
    });
  });
  in_its_own_namespace.join();
}

TEST_F(ScannedGarbage, ThatASymbolicLinkReplacedSinceStays) {
  expect_stays_after([this] {
    fs::rename(file_, store_.root() / "elsewhere");
    fs::create_symlink(store_.root() / "elsewhere", file_);
  });
}

// row 72
TEST_F(ScannedGarbage, ThatWasWrittenInItsPlaceSinceStays) {
  expect_stays_after([this] {
    const auto scanned = fs::last_write_time(file_);
    while (fs::last_write_time(file_) == scanned)
      std::ofstream(file_) << "garbage";
  });
}

// row 72
TEST_F(ScannedGarbage, ThatAnotherFileOfTheSameTimeReplacedStays) {
  const auto ahead = fs::file_time_type::clock::now() + std::chrono::hours(1);
  fs::last_write_time(file_, ahead);
  expect_stays_after([&] {
    const fs::path other = store_.root() / "other";
    fs::copy_file(file_, other);
    fs::last_write_time(other, ahead);
    fs::rename(other, file_);
  });
}

// row 75
TEST(Refusal, GitLabsDatabaseKnowsMoreThanTheDisk) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.blob("garbage");
  store.write("../lockfiles/database-in-use", "");
  const GcRun run = expect_refused(store, "database");
  EXPECT_EQ(run.finding("database-in-use").at("path"),
            "docker/registry/lockfiles/database-in-use");
  store.remove("../lockfiles/database-in-use");
  store.write("../lockfiles/filesystem-in-use", "");
  EXPECT_EQ(run_gc(store).exit_code, 0);
}

// row 76
TEST(Refusal, ManyRepositoriesWithoutTagsLookLikeHarbors) {
  StoreBuilder store;
  for (int i = 0; i < 12; ++i)
    store.image("app" + std::to_string(i), "", {"base"});
  store.image("tagged", "v1", {"base"});
  expect_refused(store, "no tags", {"-m"});
  EXPECT_EQ(run_gc(store).exit_code, 0);
  EXPECT_EQ(run_gc(store, {"-m", "--allow-empty"}).exit_code, 0);
  EXPECT_FALSE(store.has("repositories/app0"));
}

// row 76: a repository without revisions has no say in it.
TEST(Refusal, TenRepositoriesWithoutTagsAreManyAndNineAreNot) {
  StoreBuilder store;
  const Digest live = store.image("tagged", "v1", {"base"}).manifest;
  store.remove(StoreBuilder::revision_path("tagged", live));
  for (int i = 0; i < 9; ++i)
    store.image("app" + std::to_string(i), "", {"base"});
  EXPECT_EQ(run_gc(store, {"-m", "-n"}).refused(), "");
  store.image("app9", "", {"base"});
  expect_refused(store, "no tags", {"-m"});
}

// row 78
TEST(Roots, ASymbolicLinkAndDotDotOnTheWayAreResolvedOnce) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.blob("garbage");
  StoreBuilder elsewhere;
  const fs::path link = elsewhere.root() / "link";
  fs::create_directory_symlink(store.root(), link);
  const std::string way = elsewhere.root() / "docker/.." / "link";
  const ProgramResult result =
      run_program({kDregsProgram, "gc", "--json", "--root", way});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(nlohmann::json::parse(result.out).at("root"),
            fs::canonical(store.root()).string());
  EXPECT_FALSE(store.has_blob(sha256("garbage")));
  EXPECT_TRUE(fs::is_symlink(link));
}

}  // namespace
}  // namespace dregs
