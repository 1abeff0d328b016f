// `verify --repair-from` and `--repair-links`: what leaves nothing to guess is
// put right, from bytes that were hashed, and nothing is lost on the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/file.h>
#include <sys/stat.h>

#include <filesystem>

#include "gc/heal/disk_healer.h"
#include "scanner/files/descriptor.h"
#include "scanner/files/disk_reader.h"
#include "tests/command_run.h"
#include "tests/ordinary_user.h"
#include "tests/paths.h"

namespace dregs {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

int entries(const fs::path& folder) {
  return static_cast<int>(std::distance(fs::directory_iterator(folder), {}));
}

class HealedStore : public testing::Test {
 protected:
  HealedStore() : app_(push_to(store_)), before_(store_.snapshot()) {
    push_to(other_);
  }

  static BuiltImage push_to(StoreBuilder& store) {
    return store.image("app", "v1", {"base", "app"});
  }

  JsonRun repair(const std::vector<std::string>& words) {
    std::vector<std::string> command{"verify"};
    command.insert(command.end(), words.begin(), words.end());
    return run_for_json(store_, command);
  }
  JsonRun repair_blobs() {
    return repair({"--repair-from", other_.root().string()});
  }

  std::string link_of_revision() const {
    return store_.revision_path("app", app_.manifest);
  }
  std::string link_of_layer() const {
    return store_.layer_link_path("app", app_.layers[1]);
  }

  StoreBuilder store_;
  StoreBuilder other_;
  BuiltImage app_;
  TreeSnapshot before_;
};

TEST_F(HealedStore, CorruptBlobsGetTheBytesThatAnotherRegistryHas) {
  store_.corrupt(app_.layers[1]);
  store_.corrupt(app_.manifest);
  const std::string wrong = store_.read(store_.blob_path(app_.layers[1]));
  const TreeSnapshot other = other_.snapshot();
  const JsonRun run = repair_blobs();
  EXPECT_EQ(run.exit_code, 0) << run.report.dump(2);
  EXPECT_THAT(run.report["findings"], IsEmpty());
  EXPECT_THAT(run.report["push_again"], IsEmpty());
  EXPECT_EQ(run.report["blobs"]["checked"], 4);
  EXPECT_EQ(store_.snapshot(), before_);
  EXPECT_EQ(other_.snapshot(), other);
  ASSERT_EQ(run.report["repaired"].size(), 2U);
  for (const json& repaired : run.report["repaired"])
    if (repaired["digest"] == app_.layers[1].to_string()) {
      EXPECT_EQ(store_.read(store_.root() / repaired["replaced"]), wrong);
    }
}

TEST_F(HealedStore, AManifestThatIsBackShowsWhatElseIsMissing) {
  store_.lose(app_.manifest);
  store_.lose(app_.layers[0]);
  store_.remove(fs::path(store_.blob_path(app_.layers[1])).parent_path());
  EXPECT_EQ(repair_blobs().exit_code, 0);
  EXPECT_EQ(store_.snapshot(), before_);
}

TEST_F(HealedStore, WhatIsWrongOrMissingThereTooStaysAsItIs) {
  store_.corrupt(app_.layers[0]);
  store_.remove(fs::path(store_.blob_path(app_.layers[1])).parent_path());
  other_.corrupt(app_.layers[0]);
  other_.lose(app_.layers[1]);
  const TreeSnapshot broken = store_.snapshot();
  const JsonRun run = repair_blobs();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.report["findings"].size(), 2U);
  EXPECT_THAT(run.report["repaired"].dump(),
              testing::AllOf(HasSubstr("corrupt there, too"),
                             HasSubstr("no blob of this digest is there")));
  EXPECT_EQ(store_.snapshot(), broken);
  EXPECT_FALSE(fs::exists(store_.root() / "docker/registry/.dregs"));
}

TEST_F(HealedStore, AnEmptyLayerAndWhatADanglingTagNamesComeBack) {
  store_.write(store_.blob_path(app_.layers[0]), "");
  store_.lose(app_.manifest);
  store_.remove(fs::path(link_of_revision()).parent_path());
  const JsonRun run = repair_blobs();
  EXPECT_EQ(run.report["repaired"].size(), 2U);
  ASSERT_EQ(run.report["findings"].size(), 1U) << run.report.dump(2);
  EXPECT_EQ(run.report["findings"][0]["kind"], "missing-revision-link");
  EXPECT_EQ(store_.read(store_.blob_path(app_.layers[0])), "base");
}

// A folder, a FIFO, a symbolic link to itself.
TEST_F(HealedStore, WhatIsNoFileThereIsNotTaken) {
  const std::string data = store_.blob_path(app_.layers[1]);
  void (*const kMake[])(StoreBuilder&, const std::string&) = {
      [](StoreBuilder& other, const std::string& path) { other.folder(path); },
      [](StoreBuilder& other, const std::string& path) { other.fifo(path); },
      [](StoreBuilder& other, const std::string& path) {
        other.symlink("data", path);
      }};
  store_.corrupt(app_.layers[1]);
  const TreeSnapshot broken = store_.snapshot();
  for (const auto make : kMake) {
    other_.remove(data);
    make(other_, data);
    const JsonRun run = repair_blobs();
    EXPECT_EQ(run.exit_code, 4);
    EXPECT_EQ(run.report["findings"].size(), 1U);
    EXPECT_EQ(store_.snapshot(), broken);
  }
}

TEST_F(HealedStore, AStopLeavesWhatIsThere) {
  store_.corrupt(app_.layers[1]);
  const TreeSnapshot broken = store_.snapshot();
  const Descriptor v2 = open_folder(AT_FDCWD, store_.v2());
  const Descriptor other = open_folder(AT_FDCWD, other_.v2());
  StopRequest stop;
  stop.request(StopReason::interrupt);
  std::atomic<std::uint64_t> bytes{0};
  const std::vector<Repair> repairs = {
      {Repair::What::blob, store_.blob_path(app_.layers[1]), app_.layers[1]}};
  const DiskReader reader(other.get());
  EXPECT_THAT(DiskHealer(v2.get(), "run").repair(repairs, &reader, stop, bytes),
              IsEmpty());
  EXPECT_EQ(store_.snapshot(), broken);
  EXPECT_FALSE(fs::exists(store_.root() / "docker/registry/.dregs"));
}

TEST_F(HealedStore, ALinkThatCanOnlyHaveHeldOneDigestGetsIt) {
  store_.write(link_of_revision(), "");
  store_.write(link_of_layer(), app_.layers[0].to_string());
  const JsonRun run = repair({"--repair-links"});
  EXPECT_EQ(run.exit_code, 0) << run.report.dump(2);
  EXPECT_EQ(run.report["repaired"].size(), 2U);
  EXPECT_EQ(store_.snapshot(), before_);
}

// row 59
TEST_F(HealedStore, NothingIsWrittenWhereNoServerLooks) {
  for (const std::string odd : {"odd name", "_hidden/app"}) {
    const BuiltImage image = store_.image(odd, "v1", {"base"});
    store_.write(StoreBuilder::layer_link_path(odd, image.layers[0]), "");
  }
  const TreeSnapshot broken = store_.snapshot();
  EXPECT_EQ(repair({"--repair-links"}).exit_code, 1);
  EXPECT_EQ(store_.snapshot(), broken);
}

TEST_F(HealedStore, ALinkIsNotWrittenWhereItsBlobIsNotWhatItSays) {
  store_.write(link_of_layer(), "");
  store_.corrupt(app_.layers[1]);
  const TreeSnapshot broken = store_.snapshot();
  EXPECT_EQ(repair({"--repair-links"}).exit_code, 1);
  EXPECT_EQ(store_.snapshot(), broken);
  EXPECT_EQ(repair({"--repair-links", "--repair-from", other_.root().string()})
                .exit_code,
            0);
  EXPECT_EQ(store_.snapshot(), before_);
}

TEST_F(HealedStore, WhatWouldBeAGuessIsNobodysToMake) {
  store_.write(store_.tag_path("app", "v1"), "");
  store_.image("sha", "v1", {"other"}, {.sha512_layers = true});
  store_.write(store_.layer_link_path("sha", sha512_text("other")), "");
  const TreeSnapshot broken = store_.snapshot();
  const JsonRun run =
      repair({"--repair-links", "--repair-from", other_.root().string()});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.report["repaired"], IsEmpty());
  EXPECT_EQ(store_.snapshot(), broken);
}

TEST_F(HealedStore, FoldersWithoutTheirLinksAreNoLinks) {
  const std::string folder = fs::path(link_of_revision()).parent_path();
  store_.remove(link_of_revision());
  fs::create_directory(store_.v2() / link_of_revision());
  EXPECT_EQ(repair({"--repair-links"}).exit_code, 4);
  EXPECT_TRUE(fs::is_directory(store_.v2() / link_of_revision()));
  EXPECT_EQ(entries(store_.v2() / folder), 1);
}

TEST_F(HealedStore, NewFilesBelongToWhomTheirNeighboursBelong) {
  if (geteuid() != 0) GTEST_SKIP() << "only root may give files away";
  const fs::path layer = store_.v2() / store_.blob_path(app_.layers[1]);
  const fs::path prefix = layer.parent_path().parent_path();
  ASSERT_EQ(chown(prefix.c_str(), 1234, 2345), 0);
  ASSERT_EQ(chmod(prefix.c_str(), 0750), 0);
  fs::remove_all(layer.parent_path());
  EXPECT_EQ(repair_blobs().exit_code, 0);
  for (const fs::path& made : {layer, layer.parent_path()}) {
    struct stat status {};
    ASSERT_EQ(stat(made.c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, 1234U);
    EXPECT_EQ(status.st_gid, 2345U);
    EXPECT_EQ(status.st_mode & 07777, made == layer ? 0640U : 0750U);
  }
}

TEST_F(HealedStore, NewFoldersAreAsOpenAsTheirNeighboursWhateverTheUmask) {
  const fs::path folder =
      (store_.v2() / store_.blob_path(app_.layers[1])).parent_path();
  constexpr auto kGroupWrites = static_cast<fs::perms>(0770);
  fs::permissions(folder.parent_path(), kGroupWrites);
  fs::remove_all(folder);
  const mode_t usual = umask(077);
  const JsonRun run = repair_blobs();
  umask(usual);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(fs::status(folder).permissions(), kGroupWrites);
  EXPECT_TRUE(store_.has_blob(app_.layers[1]));
}

TEST_F(HealedStore, WhatMayNotBeWrittenStaysAsItIs) {
  if (!can_be_ordinary_user())
    GTEST_SKIP() << "cannot run dregs as an ordinary user";
  const fs::path layer = store_.v2() / store_.blob_path(app_.layers[1]);
  const fs::path prefix = layer.parent_path().parent_path();
  fs::remove_all(prefix);
  give_to_ordinary_user(store_);
  give_to_ordinary_user(other_);
  fs::permissions(prefix.parent_path(),
                  fs::perms::owner_read | fs::perms::owner_exec);
  const TreeSnapshot broken = store_.snapshot();
  std::vector<std::string> command = as_ordinary_user();
  command.insert(command.end(),
                 {kDregsProgram, "verify", "--repair-from",
                  other_.root().string(), "--root", store_.root().string()});
  const ProgramResult run = run_program(command);
  EXPECT_EQ(run.exit_code, 4) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("Permission denied"));
  EXPECT_EQ(store_.snapshot(), broken);
  fs::permissions(prefix.parent_path(), fs::perms::owner_all);
  EXPECT_EQ(repair_blobs().exit_code, 0);
  EXPECT_TRUE(store_.has_blob(app_.layers[1]));
}

TEST_F(HealedStore, OnlyWhatTheNamedImagesNeed) {
  const BuiltImage web = store_.image("web", "v1", {"web"});
  other_.image("web", "v1", {"web"});
  store_.lose(app_.layers[1]);
  store_.lose(web.layers[0]);
  EXPECT_EQ(repair({"web", "--repair-from", other_.root().string()}).exit_code,
            0);
  EXPECT_TRUE(store_.has_blob(web.layers[0]));
  EXPECT_FALSE(store_.has_blob(app_.layers[1]));
}

TEST_F(HealedStore, NothingThroughASymbolicLink) {
  const fs::path layer = store_.v2() / store_.blob_path(app_.layers[1]);
  const fs::path elsewhere = store_.root() / "elsewhere";
  store_.corrupt(app_.layers[1]);
  fs::rename(layer.parent_path(), elsewhere);
  fs::create_directory_symlink(elsewhere, layer.parent_path());
  const std::string wrong = store_.read(elsewhere / "data");
  EXPECT_EQ(repair_blobs().exit_code, 4);
  EXPECT_EQ(store_.read(elsewhere / "data"), wrong);
  EXPECT_EQ(entries(elsewhere), 1);
}

TEST_F(HealedStore, NothingWhileAnotherRunWorksOnTheStore) {
  store_.lose(app_.layers[1]);
  const Descriptor v2 = open_folder(AT_FDCWD, store_.v2());
  ASSERT_EQ(flock(v2.get(), LOCK_EX | LOCK_NB), 0);
  EXPECT_EQ(repair_blobs().exit_code, 3);
  EXPECT_FALSE(store_.has_blob(app_.layers[1]));
}

TEST_F(HealedStore, VerifyAloneLeavesWhatAnotherRunHasStaged) {
  const fs::path staged = store_.root() / "docker/registry/.dregs/repair/new";
  fs::create_directories(staged.parent_path());
  store_.write(staged, "half");
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{}, {"--quarantine"}}) {
    EXPECT_EQ(repair(words).exit_code, 0);
    EXPECT_TRUE(fs::exists(staged));
  }
}

TEST_F(HealedStore, AFolderThatIsNoOtherRegistryIsExitCode2) {
  const ProgramResult same =
      run_dregs(store_, {"verify", "--repair-from", store_.root().string()});
  EXPECT_EQ(same.exit_code, 2);
  EXPECT_THAT(same.err, HasSubstr("is this registry itself"));
  const ProgramResult none =
      run_dregs(store_, {"verify", "--repair-from", "/nonexistent"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.err, HasSubstr("--repair-from /nonexistent"));
}

TEST_F(HealedStore, APersonIsToldWhatWasHealedStoreAndWhatWasNot) {
  store_.corrupt(app_.layers[0]);
  store_.lose(app_.layers[1]);
  other_.lose(app_.layers[1]);
  const ProgramResult run =
      run_dregs(store_, {"verify", "--repair-from", other_.root().string()});
  EXPECT_THAT(run.out, HasSubstr("\nRepaired\n"));
  EXPECT_THAT(run.out, HasSubstr("\n    what was there is docker/registry/"
                                 ".dregs/quarantine/"));
  EXPECT_THAT(run.out, HasSubstr("  not docker/registry/v2/blobs/"));
  EXPECT_THAT(run.out, HasSubstr("Push again:\n  app:v1\n"));
}

// Whatever call fails, or is the last one: sound files stay as they are, and
// the next run ends where an undisturbed one does.
class RepairCutShort : public HealedStore,
                       public testing::WithParamInterface<const char*> {};

TEST_P(RepairCutShort, IsMadeUpForByTheNext) {
  if (!can_trace()) GTEST_SKIP() << "strace is missing or may not trace";
  for (int nth = 1; nth <= 2; ++nth) {
    SCOPED_TRACE(nth);
    store_.corrupt(app_.layers[1]);
    store_.remove(fs::path(store_.blob_path(app_.manifest)).parent_path());
    store_.write(link_of_layer(), "");
    const std::string fault = GetParam();
    run_program({"strace", "-f", "-qq", "-o", "/dev/null", "-e",
                 "trace=" + fault.substr(0, fault.find(':')), "-e",
                 "inject=" + fault + ":when=" + std::to_string(nth),
                 kDregsProgram, "verify", "--repair-links", "--repair-from",
                 other_.root().string(), "--root", store_.root().string()});
    EXPECT_EQ(
        repair({"--repair-links", "--repair-from", other_.root().string()})
            .exit_code,
        0);
    EXPECT_EQ(store_.snapshot(), before_);
    EXPECT_FALSE(fs::exists(store_.root() / "docker/registry/.dregs/repair"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    HealedStore, RepairCutShort,
    testing::Values("fsync:error=EIO", "fsync:signal=KILL",
                    "renameat2:error=EIO", "renameat2:signal=KILL",
                    "fchmod:error=EPERM", "mkdirat:error=ENOSPC",
                    "syncfs:error=EIO", "write:error=ENOSPC",
                    "write:error=EINTR"),
    [](const auto& call) { return name_of_fault(call.param); });

}  // namespace
}  // namespace dregs
