// Parts of a store on disks of their own, as operators grow a registry: they
// are collected as any other.
#include <gtest/gtest.h>

#include <filesystem>

#include "gc/remove/remover.h"
#include "scanner/disk/scan.h"
#include "tests/command_run.h"
#include "tests/gc_run.h"
#include "tests/mounted_store.h"
#include "tests/paths.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;
using Paths = std::set<std::string>;

struct Elsewhere {
  const char* part;
  const char* how;  // sh: $p is the part, $o a folder outside
};

constexpr auto kTmpfs = "cp -a $p $o; mount -t tmpfs none $p; cp -a $o/. $p";
constexpr auto kBind = "cp -a $p $o; mount --bind $o $p";
constexpr auto kLink = "mv $p $o; ln -s $o $p";
constexpr auto kChain = "mv $p $o; ln -s $o $o.2; ln -s $o.2 $p";

class PartElsewhere : public testing::TestWithParam<Elsewhere> {
 protected:
  static void fill(StoreBuilder& store) {
    store.image("team/app", "v1", {"base"});
    store.image("team/app", "", {"untagged"});
    store.image("app", "v1", {"base"});
    store.layer("app", "loose");
    store.blob("garbage");
    store.upload("team/app", "0a0a0a0a-0000-4000-8000-000000000000",
                 std::chrono::hours(1000), "half");
  }

  static std::string commands() {
    const std::string part = GetParam().part;
    return "p=" + part + "; o=$PWD/../../../elsewhere\n" + GetParam().how;
  }

  static std::vector<std::string> all(std::vector<std::string> more = {}) {
    more.insert(more.end(), {"-m", "--uploads-older-than", "0"});
    return more;
  }
};

TEST_P(PartElsewhere, IsCollectedAsAnyOtherAndTheDryRunSaysSo) {
  if (!can_mount()) GTEST_SKIP() << "needs root, or user namespaces";
  StoreBuilder here;
  fill(here);
  const GcRun plain = run_gc(here, all());
  StoreBuilder store;
  fill(store);
  const GcRun dry = run_gc_among_mounts(
      store, commands() + "\ncp -a $PWD ../copy", all({"-n"}));
  EXPECT_EQ(dry.exit_code, 0) << dry.report.dump(2);
  EXPECT_EQ(dry.removed(), plain.removed());
  EXPECT_EQ(dry.finding("part-elsewhere").at("path"), in_root(GetParam().part));
  StoreBuilder again;
  fill(again);
  const GcRun run = run_gc_among_mounts(again, commands(), all());
  EXPECT_EQ(run.exit_code, 0) << run.report.dump(2);
  EXPECT_EQ(run.removed(), plain.removed());
  EXPECT_EQ(run.report.at("blobs"), plain.report.at("blobs"));
}

TEST_P(PartElsewhere, IsNotMovedToTheTrashAndThatIsSaidBefore) {
  if (!can_mount()) GTEST_SKIP() << "needs root, or user namespaces";
  for (const auto& more : {std::vector<std::string>{"--trash", "-n"},
                           std::vector<std::string>{"--trash"}}) {
    StoreBuilder store;
    fill(store);
    const GcRun run = run_gc_among_mounts(store, commands(), all(more));
    EXPECT_EQ(run.exit_code, 3);
    EXPECT_NE(run.refused().find(GetParam().part), std::string::npos);
    EXPECT_EQ(run.removed(), Paths{});
    EXPECT_EQ(run.report.at("blobs").at("removed"), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(, PartElsewhere,
                         testing::Values(Elsewhere{"blobs", kTmpfs},
                                         Elsewhere{"blobs", kBind},
                                         Elsewhere{"blobs", kLink},
                                         Elsewhere{"blobs", kChain},
                                         Elsewhere{"blobs/sha256", kTmpfs},
                                         Elsewhere{"blobs/sha256", kLink},
                                         Elsewhere{"repositories", kTmpfs},
                                         Elsewhere{"repositories", kLink},
                                         Elsewhere{"repositories/team", kTmpfs},
                                         Elsewhere{"repositories/team", kBind},
                                         Elsewhere{"repositories/team", kLink}),
                         [](const auto& each) {
                           std::string name = each.param.part;
                           std::replace(name.begin(), name.end(), '/', '_');
                           return name + "_" + std::to_string(each.index);
                         });

class Parts : public testing::Test {
 protected:
  Parts() {
    store_.image("team/app", "v1", {"base"});
    store_.image("team/app", "", {"untagged"});
    store_.blob("garbage");
    fs::create_directory(outside());
  }

  fs::path outside() const { return store_.root() / "outside"; }

  void move(const std::string& path, const fs::path& to) {
    fs::rename(store_.v2() / path, to);
    store_.symlink(to, path);
  }

  StoreBuilder store_;
};

TEST_F(Parts, ThatLeadToAnotherPlaceOfTheStoreAreKept) {
  for (const std::string part :
       {"blobs", "blobs/sha256", "repositories", "repositories/team"}) {
    SCOPED_TRACE(part);
    const fs::path inside = store_.v2() / "inside";
    move(part, inside);
    const TreeSnapshot before = store_.snapshot();
    const GcRun run = run_gc(store_, {"-m", "-n", "--fail-on", "warning"});
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_EQ(run.finding("symbolic-link").at("path"), in_root(part));
    EXPECT_TRUE(run.finding("part-elsewhere").is_null());
    if (part.starts_with("blobs"))
      EXPECT_EQ(run.removed("blob"), Paths{});
    else
      EXPECT_TRUE(run.pinned("team/app"));
    store_.remove(part);
    fs::rename(inside, store_.v2() / part);
  }
}

TEST_F(Parts, ThatShowTheSameFolderAreBothKept) {
  if (!can_mount()) GTEST_SKIP() << "needs root, or user namespaces";
  store_.folder("repositories/again");
  move("repositories/team", outside() / "team");
  const GcRun run = run_gc_among_mounts(
      store_, "mount --bind ../../../outside/team repositories/again", {"-m"});
  EXPECT_TRUE(run.pinned("team/app"));
  EXPECT_TRUE(run.pinned("again/app"));
}

TEST_F(Parts, AboveTheStoreAreKept) {
  fs::remove_all(store_.v2() / "blobs");
  store_.symlink(store_.root(), "blobs");
  const TreeSnapshot before = store_.snapshot();
  run_gc(store_, {"-m"});
  EXPECT_EQ(store_.snapshot(), before);
}

// What else leads into a part outside is found to lead into the store.
TEST_F(Parts, APartOfARepositoryThatLeadsIntoOnePinsThat) {
  const BuiltImage old = store_.image("team/app", "", {"old"});
  store_.image("b", "t", {"old"});
  move("repositories/team", outside() / "team");
  store_.remove("repositories/b/_layers");
  store_.symlink(outside() / "team/app/_layers", "repositories/b/_layers");
  EXPECT_TRUE(run_gc(store_, {"-m"}).pinned("team/app"));
  EXPECT_TRUE(store_.has(StoreBuilder::layer_link_path("b", old.layers[0])));
}

// A repository by itself is no namespace.
TEST_F(Parts, ARepositoryOnADiskOfItsOwnIsKept) {
  move("repositories/team/app", outside() / "app");
  EXPECT_TRUE(run_gc(store_, {"-m"}).pinned("team/app"));
}

TEST_F(Parts, ThatAreSwappedAfterTheScanAreLeftAlone) {
  move("blobs", outside() / "blobs");
  const Descriptor v2 = open_folder(AT_FDCWD, store_.v2());
  StopRequest stop;
  ScanProgress progress;
  const Inventory inventory = scan(v2.get(), stop, progress);
  ASSERT_EQ(inventory.parts.size(), 1U);
  fs::copy(outside() / "blobs", outside() / "other",
           fs::copy_options::recursive);
  store_.remove("blobs");
  store_.symlink(outside() / "other", "blobs");
  DiskRemover remover(v2.get(), inventory);
  for (const Blob& blob : inventory.blobs) {
    Removal removal;
    removal.kind = RemovalKind::blob;
    removal.digest = blob.digest;
    EXPECT_EQ(remover.remove(removal).state, RemovalOutcome::State::changed);
    EXPECT_TRUE(store_.has_blob(blob.digest));
  }
}

TEST_F(Parts, AreOnTheDiskBeforeTheNextStageBegins) {
  if (!can_trace()) GTEST_SKIP() << "strace may not trace here";
  move("blobs", outside() / "blobs");
  const std::string trace = store_.root() / "trace";
  run_gc(store_, {}, {"strace", "-f", "-y", "-e", "trace=syncfs", "-o", trace});
  const std::string calls = store_.read(trace);
  EXPECT_NE(calls.find("docker/registry/v2>"), std::string::npos) << calls;
  EXPECT_NE(calls.find("outside/blobs>"), std::string::npos) << calls;
}

TEST_F(Parts, AreNoPlaceForAQuarantineAndThatIsSaidBefore) {
  const BuiltImage app = store_.image("app", "v1", {"bad"});
  store_.corrupt(app.layers[0]);
  move("blobs", outside() / "blobs");
  const JsonRun run = run_for_json(store_, {"verify", "--quarantine"});
  EXPECT_EQ(run.exit_code, 3) << run.report.dump(2);
  EXPECT_TRUE(store_.has_blob(app.layers[0]));
}

// Above v2 are other folders than the registry's.
class LinkedV2 : public Parts {
 protected:
  LinkedV2() {
    fs::rename(store_.v2(), outside() / "data");
    fs::create_directory_symlink(outside() / "data", store_.v2());
  }
};

TEST_F(LinkedV2, IsCollectedAndPathsAreThoseOfTheRegistry) {
  const GcRun run = run_gc(store_, {"-m"});
  EXPECT_EQ(run.exit_code, 0) << run.report.dump(2);
  EXPECT_FALSE(run.removed("blob").empty());
  for (const std::string& path : run.removed())
    EXPECT_TRUE(path.starts_with("docker/registry/v2/")) << path;
}

TEST_F(LinkedV2, MayBeNamedAsTheRoot) {
  const ProgramResult result =
      run_program({kDregsProgram, "gc", "-n", "--root", store_.v2().string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST_F(LinkedV2, IsAPullThroughCacheWhereItsRootIs) {
  store_.write(store_.root() / "scheduler-state.json", "{}");
  EXPECT_EQ(run_gc(store_, {"-m"}).exit_code, 3);
}

TEST_F(LinkedV2, IsGitLabsWhereItsRootIs) {
  store_.write(store_.root() / "docker/registry/lockfiles/database-in-use", "");
  EXPECT_EQ(run_gc(store_).exit_code, 3);
}

TEST_F(LinkedV2, IsGitLabsForRollbackToo) {
  store_.write(store_.root() / "docker/registry/lockfiles/database-in-use", "");
  const ProgramResult result = run_program(
      {kDregsProgram, "rollback", "team/app:v1@sha256:" + std::string(64, '0'),
       "--root", store_.root().string()});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_NE(result.err.find("GitLab"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace dregs
