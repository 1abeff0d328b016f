// Unfinished uploads, wrong clocks, and who needs what across repositories:
// format.md#row-69 to #row-71, #row-79 and #row-80.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/formats/sha256.h"
#include "tests/gc_run.h"
#include "tests/mounted_store.h"

namespace dregs {
namespace {

using namespace std::chrono_literals;
using Paths = std::set<std::string>;
namespace fs = std::filesystem;

constexpr auto kUploadId = "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e21";
constexpr auto kOtherId = "fedcba98-7654-4321-8fed-cba987654321";

std::string folder(const std::string& id) {
  return StoreBuilder::upload_path("app", id);
}

class Uploads : public ::testing::Test {
 protected:
  void SetUp() override { store_.image("app", "v1", {"base"}); }

  // ctime cannot be set: a file is as old as the test lets it become.
  GcRun run(const std::string& older_than = "0") {
    return run_gc(store_, {"--uploads-older-than", older_than});
  }

  StoreBuilder store_;
};

// row 69
TEST_F(Uploads, AnOldOneGoesAsAWhole) {
  store_.upload("app", kUploadId, 1000h, "half");
  const GcRun gone = run();
  EXPECT_EQ(gone.exit_code, 0);
  EXPECT_EQ(gone.removed("upload"), Paths{in_root(folder(kUploadId))});
  EXPECT_EQ(gone.report.at("uploads").at("bytes"), 4 + 20 + 108);
  EXPECT_FALSE(store_.has(folder(kUploadId)));
}

// row 69
TEST_F(Uploads, AFreshOneStays) {
  store_.upload("app", kUploadId, 0s, "half");
  EXPECT_EQ(run_gc(store_).removed(), Paths{});
  EXPECT_EQ(run("1h").removed(), Paths{});
  EXPECT_TRUE(store_.has(folder(kUploadId) + "/data"));
}

// row 69: it says it began long ago, but somebody wrote just now.
TEST_F(Uploads, OneThatWasTouchedLatelyStaysWhateverItsStartSays) {
  store_.upload("app", kUploadId, 1000h, "half");
  store_.write(folder(kUploadId) + "/data", "half and more");
  EXPECT_EQ(run_gc(store_).removed(), Paths{});
}

// row 69: the server's own purging never removes these.
TEST_F(Uploads, OnesWithoutASoundStartGoToo) {
  store_.upload("app", kUploadId, 1000h, "half");
  store_.write(folder(kUploadId) + "/startedat", "");
  store_.upload("app", kOtherId, 1000h, "half");
  store_.remove(folder(kOtherId) + "/startedat");
  store_.temp_file(folder(kOtherId) + "/startedat");
  EXPECT_EQ(run().exit_code, 0);
  EXPECT_FALSE(store_.has(folder(kUploadId)));
  EXPECT_FALSE(store_.has(folder(kOtherId)));
}

// row 69
TEST_F(Uploads, AnEmptyFolderOfOneGoes) {
  store_.folder(folder(kUploadId));
  EXPECT_EQ(run().exit_code, 0);
  EXPECT_FALSE(store_.has(folder(kUploadId)));
}

// row 70
TEST_F(Uploads, OnesWhoseNameIsNoUuidAreReportedAndKept) {
  for (const char* id :
       {"backup", "0192d1c4", "data", "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e2-",
        "0192d1c4-7a3e-4c11-9b52-5f0c8a6d.bak"}) {
    store_.upload("app", id, 1000h, "half");
    const GcRun kept = run();
    EXPECT_EQ(kept.removed(), Paths{});
    EXPECT_EQ(kept.finding("odd-upload").at("path"), in_root(folder(id)));
    EXPECT_TRUE(store_.has(folder(id) + "/data"));
    store_.remove(folder(id));
  }
}

// row 70
TEST_F(Uploads, OnesThatHoldWhatNoServerWritesAreReportedAndKept) {
  for (const char* file : {"/notes", "/hashstates/sha256/x",
                           "/hashstates/sha256/-1", "/a/b/c/d"}) {
    SCOPED_TRACE(file);
    store_.upload("app", kUploadId, 1000h, "half");
    store_.write(folder(kUploadId) + file, "mine");
    const GcRun kept = run();
    EXPECT_EQ(kept.removed(), Paths{});
    EXPECT_EQ(kept.finding("odd-upload").at("path"),
              in_root(folder(kUploadId)));
    EXPECT_TRUE(store_.has(folder(kUploadId) + file));
    store_.remove(folder(kUploadId));
  }
}

// rows 53 and 70
TEST_F(Uploads, OnesWithSomethingMountedInsideAreReportedAndKept) {
  if (!can_mount()) GTEST_SKIP() << "may not mount";
  store_.upload("app", kUploadId, 1000h, "half");
  store_.write("elsewhere/data", "mine");
  for (const std::string mount :
       {"mount --bind elsewhere/data ", "mount --bind elsewhere "}) {
    const std::string over = mount.ends_with("data ") ? "/data" : "/hashstates";
    SCOPED_TRACE(over);
    const GcRun kept =
        run_gc_among_mounts(store_, mount + folder(kUploadId) + over,
                            {"--uploads-older-than", "0"});
    EXPECT_EQ(kept.removed(), Paths{});
    EXPECT_EQ(kept.finding("odd-upload").at("path"),
              in_root(folder(kUploadId)));
    EXPECT_TRUE(store_.has(folder(kUploadId) + "/startedat"));
  }
}

// row 71
TEST_F(Uploads, OneFromTheFutureCountsAsFresh) {
  store_.upload("app", kUploadId, -1000h, "half");
  EXPECT_EQ(run("1h").removed(), Paths{});
  EXPECT_TRUE(store_.has(folder(kUploadId)));
}

// row 71
TEST(WrongClock, GarbageFromTheFutureCountsAsYoung) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const Digest garbage = store.blob("garbage");
  store.set_age(StoreBuilder::blob_path(garbage), -1000h);
  const GcRun run = run_gc(store);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.report.at("blobs").at("kept"), 1);
  EXPECT_TRUE(store.has_blob(garbage));
}

// row 71
TEST(WrongClock, LinksAndTemporaryFilesFromTheFutureStay) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const BuiltImage old = store.image("app", "", {"old"});
  const std::string link = StoreBuilder::revision_path("app", old.manifest);
  store.set_age(link, -1000h);
  const std::string temp =
      store.temp_file(StoreBuilder::blob_path(sha256("never finished")));
  store.set_age(temp, -1000h);
  const std::vector<std::string> flags = {"-m", "--uploads-older-than", "1h"};
  std::vector<std::string> dry = flags;
  dry.emplace_back("--dry-run");
  EXPECT_EQ(run_gc(store, dry).removed(), Paths{});
  const GcRun run = run_gc(store, flags);
  EXPECT_NE(run.exit_code, 4);
  EXPECT_EQ(run.removed(), Paths{});
  EXPECT_EQ(run.finding("future-link").at("path"), in_root(link));
  EXPECT_TRUE(store.has(link));
  EXPECT_TRUE(store.has(temp));
  EXPECT_TRUE(store.has_blob(old.layers[0]));
}

// row 71: only the repository in which it lies is kept.
TEST(WrongClock, ALinkFromTheFutureKeepsItsRepositoryAlone) {
  StoreBuilder store;
  for (const char* repository : {"app", "other"}) {
    store.image(repository, "v1", {"base"});
    store.layer(repository, "spare");
    store.layer(repository, std::string("spare of ") + repository);
  }
  const std::string link =
      StoreBuilder::layer_link_path("app", sha256("spare"));
  store.set_age(link, -1000h);
  const GcRun dry = run_gc(store, {"--dry-run"});
  const GcRun run = run_gc(store);
  EXPECT_EQ(run.exit_code, dry.exit_code);
  EXPECT_EQ(run.removed(), dry.removed());
  EXPECT_TRUE(store.has(link));
  EXPECT_TRUE(store.has_blob(sha256("spare")));
  EXPECT_TRUE(store.has_blob(sha256("spare of app")));
  EXPECT_FALSE(store.has_blob(sha256("spare of other")));
}

// row 71: whoever says 0 means all, whatever the clock says.
TEST_F(Uploads, AllGoWithTemporaryFilesThoughTheirTimeHasNotCome) {
  store_.upload("app", kUploadId, -1000h, "half");
  const std::string temp =
      store_.temp_file(StoreBuilder::blob_path(sha256("never finished")));
  store_.set_age(temp, -1000h);
  EXPECT_EQ(run().exit_code, 0);
  EXPECT_FALSE(store_.has(folder(kUploadId)));
  EXPECT_FALSE(store_.has(temp));
}

// row 71
TEST(WrongClock, StoresFromBeforeTheEpochAreCollectedAsAnyOther) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base"});
  const Digest garbage = store.blob("garbage");
  for (const Digest& digest : {app.manifest, garbage})
    store.set_age(StoreBuilder::blob_path(digest), 24h * 365 * 60);
  EXPECT_EQ(run_gc(store).exit_code, 0);
  EXPECT_TRUE(store.has_blob(app.manifest));
  EXPECT_FALSE(store.has_blob(garbage));
}

// row 79
TEST(Across, ALayerThatOneRepositoryNeedsLosesOnlyTheOthersLinks) {
  for (const auto& [needing, other] :
       {std::pair("aaa", "zzz"), std::pair("zzz", "aaa")}) {
    StoreBuilder store;
    const BuiltImage app = store.image(needing, "v1", {"base"});
    store.image(other, "v1", {"different"});
    store.layer(other, "base");
    const GcRun run = run_gc(store);
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_TRUE(store.has_blob(app.layers[0]));
    EXPECT_TRUE(
        store.has(StoreBuilder::layer_link_path(needing, app.layers[0])));
    EXPECT_FALSE(
        store.has(StoreBuilder::layer_link_path(other, app.layers[0])));
  }
}

// row 80
TEST(Across, UntaggedHereAndTaggedThereItGoesHereWithAllItsLinks) {
  for (const auto& [untagged, tagged] :
       {std::pair("aaa", "zzz"), std::pair("zzz", "aaa")}) {
    StoreBuilder store;
    const BuiltImage app = store.image(tagged, "v1", {"base"});
    store.image(untagged, "", {"base"});
    store.image(untagged, "v1", {"other"});
    EXPECT_EQ(run_gc(store, {"-m"}).exit_code, 0);
    const bool revision =
        store.has(StoreBuilder::revision_path(untagged, app.manifest));
    for (const Digest& part : {app.config, app.layers[0]}) {
      EXPECT_EQ(store.has(StoreBuilder::layer_link_path(untagged, part)),
                revision);
      EXPECT_TRUE(store.has(StoreBuilder::layer_link_path(tagged, part)));
      EXPECT_TRUE(store.has_blob(part));
    }
    EXPECT_FALSE(revision);
    EXPECT_TRUE(store.has(StoreBuilder::revision_path(tagged, app.manifest)));
  }
}

}  // namespace
}  // namespace dregs
