// What cannot be read while marking or removed while sweeping: format.md#row-65
// to #row-68.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "scanner/formats/sha256.h"
#include "tests/gc_run.h"
#include "tests/mounted_store.h"
#include "tests/ordinary_user.h"
#include "tests/paths.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;
using Paths = std::set<std::string>;

std::string unreadable_folder_of(const Digest& digest) {
  return fs::path(StoreBuilder::blob_path(digest)).parent_path().string();
}

class Permissions : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!can_be_ordinary_user())
      GTEST_SKIP() << "cannot run dregs as an ordinary user";
    image_ = store_.image("app", "v1", {"base"});
    untagged_ = store_.image("app", "", {"untagged"});
    store_.image("neighbour", "v1", {"other"});
    garbage_ = store_.layer("neighbour", "garbage");
  }

  void forbid(const std::string& path) {
    fs::permissions(store_.v2() / path, fs::perms::none);
  }

  GcRun run(const std::vector<std::string>& arguments = {"-m"}) {
    give_to_ordinary_user(store_);
    return run_gc(store_, arguments, as_ordinary_user());
  }

  void expect_refused(const std::string& path) {
    SCOPED_TRACE(path);
    forbid(path);
    const GcRun refused = run();
    fs::permissions(store_.v2() / path, fs::perms::owner_all);
    EXPECT_EQ(refused.exit_code, 3);
    EXPECT_EQ(refused.finding("unreadable-folder").at("path"), in_root(path));
    EXPECT_EQ(refused.finding("unreadable-folder").at("detail"),
              "Permission denied");
    EXPECT_EQ(refused.removed(), Paths{});
    EXPECT_EQ(store_.snapshot().size(), size_);
  }

  // Only the neighbour's garbage goes.
  void expect_app_pinned(const std::string& kind, const std::string& path) {
    const TreeSnapshot before = store_.snapshot();
    const GcRun pinned = run();
    EXPECT_EQ(pinned.exit_code, 1) << pinned.err;
    EXPECT_EQ(pinned.finding(kind).at("path"), in_root(path));
    EXPECT_TRUE(pinned.pinned("app"));
    EXPECT_EQ(store_.removed_since(before),
              (Paths{StoreBuilder::blob_path(garbage_),
                     StoreBuilder::layer_link_path("neighbour", garbage_)}));
  }

  StoreBuilder store_;
  BuiltImage image_;
  BuiltImage untagged_;
  Digest garbage_;
  std::size_t size_ = 0;
};

// row 65
TEST_F(Permissions, AFolderThatCannotBeListedStopsEveryDeletion) {
  size_ = store_.snapshot().size();
  const std::string prefix =
      fs::path(unreadable_folder_of(garbage_)).parent_path().string();
  for (const std::string& path :
       {std::string("repositories"), std::string("repositories/app"),
        std::string("repositories/app/_manifests"),
        std::string("repositories/app/_manifests/revisions"),
        std::string("repositories/app/_manifests/revisions/sha256"),
        std::string("repositories/app/_manifests/tags"),
        std::string("repositories/app/_layers"),
        std::string("repositories/app/_layers/sha256"), std::string("blobs"),
        std::string("blobs/sha256"), prefix})
    expect_refused(path);
}

// row 65
TEST_F(Permissions, AFolderOfOtherBlobsThatCannotBeListedRefuses) {
  store_.write("blobs/sha512/ab/ab00/data", "elsewhere");
  size_ = store_.snapshot().size();
  for (const char* path : {"blobs/sha512/ab", "blobs/sha512"})
    expect_refused(path);
}

// row 65: its entries have names, and nobody may look at them.
TEST_F(Permissions, AFolderThatMayNotBeEnteredStopsEveryDeletion) {
  give_to_ordinary_user(store_);
  const TreeSnapshot before = store_.snapshot();
  for (const std::string part : {"_manifests", "_layers"}) {
    const fs::path folder = store_.v2() / "repositories/app" / part;
    fs::permissions(folder, fs::perms::owner_read);
    const GcRun refused = run();
    fs::permissions(folder, fs::perms::owner_all);
    EXPECT_EQ(refused.exit_code, 3);
    EXPECT_THAT(
        refused.finding("unreadable-folder").at("path").get<std::string>(),
        ::testing::StartsWith(in_root("repositories/app/" + part + "/")));
    EXPECT_EQ(store_.removed_since(before), Paths{});
  }
}

// rows 8 and 40: empty perhaps, but who knows.
TEST_F(Permissions, ALeftOverFolderThatCannotBeListedStays) {
  const Digest never = sha256("never finished");
  const std::string revision =
      fs::path(StoreBuilder::revision_path("app", never)).parent_path();
  for (const std::string& folder : {revision, unreadable_folder_of(never)}) {
    store_.folder(folder);
    fs::permissions(store_.v2() / folder, fs::perms::owner_exec);
  }
  const GcRun kept = run({});
  Paths reported;
  for (const auto& finding : kept.report.at("findings"))
    if (finding.at("kind") == "foreign-entry")
      reported.insert(finding.at("path").get<std::string>());
  EXPECT_EQ(reported,
            (Paths{in_root(revision), in_root(unreadable_folder_of(never))}));
  EXPECT_EQ(kept.exit_code, 0) << kept.report.at("findings");
  for (const std::string& folder : {revision, unreadable_folder_of(never)})
    EXPECT_TRUE(store_.has(folder));
}

// row 65: what is not known to be missing counts as there.
TEST_F(Permissions, AManifestBehindASymbolicLinkThatCannotBeFollowedPins) {
  const Digest child = store_.image("app", "", {"of the child"}).manifest;
  store_.index("app", "multi", {child});
  store_.remove(StoreBuilder::revision_path("app", child));
  const fs::path away = store_.root() / "away";
  fs::create_directory(away);
  const std::string data = StoreBuilder::blob_path(child);
  fs::rename(store_.v2() / data, away / "data");
  store_.symlink((away / "data").string(), data);
  give_to_ordinary_user(store_);
  fs::permissions(away, fs::perms::none);
  const GcRun kept = run();
  fs::permissions(away, fs::perms::owner_all);
  EXPECT_TRUE(store_.has_blob(sha256("of the child")));
  EXPECT_TRUE(kept.pinned("app"));
}

// row 65: nobody but its folder knows a signature of a schema1 manifest.
TEST_F(Permissions, UnlistedSignaturesStopEveryDeletion) {
  const Digest legacy = store_.schema1("app", "legacy", {"legacy"}, 1);
  const fs::path signatures =
      store_.v2() /
      fs::path(StoreBuilder::revision_path("app", legacy)).parent_path() /
      "signatures";
  give_to_ordinary_user(store_);
  fs::permissions(signatures, fs::perms::none);
  const GcRun refused = run({});
  fs::permissions(signatures, fs::perms::owner_all);
  EXPECT_TRUE(store_.has_blob(sha256("signature 0 of " + legacy.hex())));
  EXPECT_EQ(refused.exit_code, 3);
}

// row 65: whoever is told that it is garbage may remove it by hand.
TEST_F(Permissions, WhatSomebodyUnseenMayNeedIsNotCalledGarbage) {
  const Digest loose = store_.blob("loose");
  give_to_ordinary_user(store_);
  const fs::path tags = store_.v2() / "repositories/app/_manifests/tags";
  fs::permissions(tags, fs::perms::none);
  std::vector<std::string> argv = as_ordinary_user();
  argv.insert(argv.end(), {kDregsProgram, "why", "--json", loose.to_string(),
                           "--root", store_.root().string()});
  const ProgramResult result = run_program(argv);
  fs::permissions(tags, fs::perms::owner_all);
  EXPECT_EQ(result.exit_code, 1);
  const auto report = nlohmann::json::parse(result.out);
  EXPECT_EQ(report["live"], true);
  EXPECT_EQ(report["findings"][0]["kind"], "unreadable-folder");
}

TEST_F(Permissions, ARootThatCannotBeListedDoesNotLookLikeAMissingMount) {
  const fs::path closed = store_.root() / "closed";
  fs::create_directory(closed);
  give_to_ordinary_user(store_);
  fs::permissions(closed, fs::perms::owner_exec);
  std::vector<std::string> argv = as_ordinary_user();
  argv.insert(argv.end(), {kDregsProgram, "ls", "--root", closed.string()});
  const ProgramResult result = run_program(argv);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, ::testing::AllOf(
                              ::testing::HasSubstr("not a registry"),
                              ::testing::Not(::testing::HasSubstr("mounted"))));
}

// row 65
TEST_F(Permissions, ALayerThatCannotBeLookedAtIsNotCalledEmpty) {
  forbid(unreadable_folder_of(image_.layers[0]));
  const auto finding = run({"-n"}).finding("unreadable-file");
  EXPECT_EQ(finding.at("path"),
            in_root(StoreBuilder::blob_path(image_.layers[0])));
  EXPECT_EQ(finding.at("needed_by"), nlohmann::json({"app:v1"}));
  EXPECT_TRUE(run({"-n"}).finding("empty-blob").is_null());
}

// row 65
TEST_F(Permissions, AnUnreadableRevisionLinkPinsItsRepository) {
  const std::string link =
      StoreBuilder::revision_path("app", untagged_.manifest);
  forbid(link);
  expect_app_pinned("unreadable-file", link);
}

// row 65
TEST_F(Permissions, AnUnreadableRevisionFolderPinsItsRepository) {
  const std::string link =
      StoreBuilder::revision_path("app", untagged_.manifest);
  forbid(fs::path(link).parent_path().string());
  expect_app_pinned("unreadable-file", link);
}

// row 65
TEST_F(Permissions, AnUnreadableManifestPinsItsRepositoryAndNamesItsTags) {
  const std::string data = StoreBuilder::blob_path(image_.manifest);
  forbid(data);
  give_to_ordinary_user(store_);
  expect_app_pinned("unreadable-manifest", data);
  const GcRun again = run({"-n"});
  EXPECT_EQ(again.finding("unreadable-manifest").at("needed_by"),
            nlohmann::json({"app:v1"}));
  EXPECT_TRUE(store_.has_blob(sha256("untagged")));
}

// row 65
TEST_F(Permissions, AnUnreadableChildThatMayBeAManifestPinsItsRepository) {
  store_.buildkit_cache("app", "cache", {"a layer"});
  const std::string data = StoreBuilder::blob_path(sha256("a layer"));
  forbid(data);
  expect_app_pinned("unreadable-manifest", data);
}

// row 65
TEST_F(Permissions, AnUnreadableBlobFolderIsReportedAndKept) {
  forbid(unreadable_folder_of(garbage_));
  const GcRun kept = run({});
  EXPECT_EQ(kept.exit_code, 1);
  EXPECT_EQ(kept.finding("unreadable-file").at("path"),
            in_root(StoreBuilder::blob_path(garbage_)));
  EXPECT_TRUE(store_.has(unreadable_folder_of(garbage_)));
}

// row 66
TEST_F(Permissions, AnUnreadableTagKeepsEveryRevisionOfItsRepository) {
  const std::string tag = StoreBuilder::tag_folder("app", "v1");
  forbid(tag);
  give_to_ordinary_user(store_);
  expect_app_pinned("unreadable-file", tag + "/current/link");
  EXPECT_TRUE(store_.has_blob(untagged_.manifest));
}

// row 67
TEST_F(Permissions, WhatCannotBeRemovedStaysAndTheRestGoes) {
  const Digest other = store_.blob("other garbage");
  const GcRun planned = run({"-n"});
  fs::permissions(store_.v2() / unreadable_folder_of(garbage_),
                  fs::perms::owner_read | fs::perms::owner_exec);
  const GcRun stopped = run({});
  EXPECT_EQ(stopped.exit_code, 4);
  EXPECT_EQ(stopped.finding("removal-failed").at("path"),
            in_root(unreadable_folder_of(garbage_)));
  EXPECT_EQ(stopped.report.at("blobs").at("removed").get<int>() + 1,
            planned.report.at("blobs").at("removed"));
  EXPECT_TRUE(store_.has_blob(garbage_));
  EXPECT_FALSE(store_.has_blob(other));
  fs::permissions(store_.v2() / unreadable_folder_of(garbage_),
                  fs::perms::owner_all);
  EXPECT_EQ(run({}).exit_code, 0);
  EXPECT_FALSE(store_.has_blob(garbage_));
}

// row 67
TEST_F(Permissions, ARevisionThatCannotBeRemovedKeepsItsBlobs) {
  const std::string folder =
      fs::path(StoreBuilder::revision_path("app", untagged_.manifest))
          .parent_path()
          .string();
  fs::permissions(store_.v2() / folder,
                  fs::perms::owner_read | fs::perms::owner_exec);
  const GcRun stopped = run({"-m"});
  EXPECT_EQ(stopped.exit_code, 4);
  EXPECT_TRUE(store_.has_blob(untagged_.manifest));
  EXPECT_TRUE(store_.has_blob(untagged_.layers[0]));
  EXPECT_TRUE(
      store_.has(StoreBuilder::layer_link_path("app", untagged_.layers[0])));
  EXPECT_FALSE(store_.has_blob(garbage_));
}

// row 67
TEST(ReadOnlyStore, NothingGoesAndEveryFailureIsReported) {
  if (!can_mount()) GTEST_SKIP() << "may not mount";
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.image("app", "", {"untagged"});
  const TreeSnapshot before = store.snapshot();
  const GcRun run =
      run_gc_among_mounts(store, "mount --bind -o ro . .\ncd \"$0\"", {"-m"});
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_EQ(run.finding("removal-failed").at("detail"),
            "Read-only file system");
  EXPECT_EQ(run.report.at("blobs").at("removed"), 0);
  EXPECT_EQ(store.snapshot(), before);
}

// row 67
TEST(ImmutableFile, StaysWhileTheRestGoes) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const Digest stuck = store.blob("immutable garbage");
  const Digest free = store.blob("garbage");
  const std::string data = store.v2() / StoreBuilder::blob_path(stuck);
  if (run_program({"chattr", "+i", data}).exit_code != 0)
    GTEST_SKIP() << "no immutable files here";
  const GcRun run = run_gc(store);
  run_program({"chattr", "-i", data});
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_EQ(run.finding("removal-failed").at("digest"), stuck.to_string());
  EXPECT_TRUE(store.has_blob(stuck));
  EXPECT_FALSE(store.has_blob(free));
}

// row 68: a run writes nothing, so it needs no room.
TEST(FullDisk, IsNoReasonNotToRemove) {
  if (!can_mount()) GTEST_SKIP() << "may not mount";
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.blob("garbage");
  const GcRun run =
      run_gc_among_mounts(store,
                          "mount -t tmpfs -o size=1m none /mnt\n"
                          "cp -a ../../.. /mnt/root\n"
                          "cat /dev/zero > /mnt/filler 2> /dev/null || true\n"
                          "mount --bind /mnt/root \"$0/../../..\"\n"
                          "! cp /bin/sh \"$0\" 2> /dev/null");
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report.at("blobs").at("removed"), 1);
}

}  // namespace
}  // namespace dregs
