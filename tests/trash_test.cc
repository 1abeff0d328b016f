// `--trash` and `dregs trash`: what goes can come back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include <cstring>
#include <filesystem>

#include "gc/remove/disk_trash.h"
#include "scanner/files/descriptor.h"
#include "tests/command_run.h"
#include "tests/faulty_disk.h"
#include "tests/gc_run.h"
#include "tests/mounted_store.h"
#include "tests/ordinary_user.h"
#include "tests/paths.h"

namespace dregs {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

class Trash : public testing::Test {
 protected:
  Trash() : app_(store_.image("app", "v1", {"base", "app"})) {
    store_.image("app", "", {"base", "old"});
    store_.layer("app", "spare");
    store_.schema1("legacy", "", {"legacy"}, 1);
    store_.upload("app", "0a0a0a0a-0000-4000-8000-000000000000",
                  std::chrono::hours(1000), "half a layer");
  }

  JsonRun run(const std::vector<std::string>& words) {
    return run_for_json(store_, words);
  }
  JsonRun collect() {
    return run({"gc", "-m", "--uploads-older-than", "0", "--trash"});
  }
  fs::path trash() const {
    return store_.root() / "docker/registry/.dregs/trash";
  }
  json runs() { return run({"trash", "ls"}).report["runs"]; }

  StoreBuilder store_;
  BuiltImage app_;
};

// Paths and contents of all files.
std::map<std::string, std::string> files(const StoreBuilder& store) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(store.v2()))
    if (entry.is_regular_file()) {
      const std::string path = fs::relative(entry.path(), store.v2());
      all[path] = store.read(path);
    }
  return all;
}

TEST_F(Trash, WhatGcMovedThereComesBackToTheLastFile) {
  const auto before = files(store_);
  const JsonRun gone = collect();
  EXPECT_EQ(gone.exit_code, 0) << gone.err;
  EXPECT_EQ(gone.report["bytes_freed"], 0);
  EXPECT_GT(gone.report["trash"]["bytes"], 0);
  const std::string name = gone.report["trash"]["run"];
  ASSERT_EQ(runs().size(), 1U);
  EXPECT_EQ(runs()[0]["run"], name);
  EXPECT_LT(files(store_).size(), before.size());
  const JsonRun back = run({"trash", "restore", name});
  EXPECT_EQ(back.exit_code, 0) << back.err;
  EXPECT_EQ(files(store_), before);
  EXPECT_THAT(runs(), IsEmpty());
}

TEST_F(Trash, GoesTheSameWayAsWithoutIt) {
  const JsonRun planned =
      run({"gc", "-n", "-m", "--uploads-older-than", "0", "--list"});
  const JsonRun gone = collect();
  for (const char* what : {"manifests", "blobs", "layer_links", "uploads"})
    EXPECT_EQ(gone.report[what]["removed"], planned.report[what]["removed"])
        << what;
  EXPECT_EQ(run({"gc", "-n", "-m", "--uploads-older-than", "0"})
                .report["bytes_freed"],
            0);
}

TEST_F(Trash, EmptyingItFreesTheSpace) {
  collect();
  const JsonRun none = run({"trash", "empty", "--older-than", "1h"});
  EXPECT_THAT(none.report["runs"], IsEmpty());
  EXPECT_EQ(runs().size(), 1U);
  const auto live = files(store_);
  EXPECT_EQ(run({"trash", "empty"}).report["runs"].size(), 1U);
  EXPECT_TRUE(fs::is_empty(trash()));
  EXPECT_EQ(files(store_), live);
}

TEST_F(Trash, OneRunOfDregsAtATimeEmptiesIt) {
  collect();
  const Descriptor v2 = open_folder(AT_FDCWD, store_.v2().string());
  ASSERT_EQ(flock(v2.get(), LOCK_EX | LOCK_NB), 0);
  const JsonRun refused = run({"trash", "empty"});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.err, HasSubstr("another dregs"));
  EXPECT_EQ(runs().size(), 1U);
}

TEST_F(Trash, NothingComesBackOverSomethingNewer) {
  const std::string name = collect().report["trash"]["run"];
  store_.image("app", "again", {"base", "old"});
  const auto now = files(store_);
  const JsonRun back = run({"trash", "restore", name});
  EXPECT_EQ(back.exit_code, 4);
  EXPECT_THAT(back.report["left"].dump(), HasSubstr("File exists"));
  for (const auto& [path, content] : now)
    EXPECT_EQ(store_.read(path), content) << path;
  EXPECT_EQ(run({"verify"}).exit_code, 0);
  EXPECT_EQ(runs().size(), 1U);
}

TEST_F(Trash, ARepositoryThatRmMovedThereComesBack) {
  const auto before = files(store_);
  const JsonRun gone = run({"rm", "app", "--trash"});
  EXPECT_EQ(gone.exit_code, 0) << gone.err;
  EXPECT_FALSE(store_.has(store_.tag_path("app", "v1")));
  EXPECT_EQ(run({"trash", "restore", gone.report["trash"]}).exit_code, 0);
  EXPECT_EQ(files(store_), before);
  EXPECT_EQ(run({"verify"}).exit_code, 0);
}

TEST_F(Trash, OnlyLookingMovesNothing) {
  const TreeSnapshot before = store_.snapshot();
  EXPECT_TRUE(run({"gc", "-n", "-m", "--trash"}).report["trash"].is_null());
  run({"rm", "app", "-n", "--trash"});
  EXPECT_EQ(store_.snapshot(), before);
  EXPECT_FALSE(fs::exists(trash()));
}

TEST_F(Trash, BehindASymbolicLinkIsNone) {
  const auto before = files(store_);
  const fs::path outside = store_.root() / "outside";
  fs::create_directory(outside);
  fs::create_directory_symlink(outside, trash().parent_path());
  const JsonRun run = collect();
  EXPECT_NE(run.exit_code, 0);
  EXPECT_EQ(files(store_), before);
  EXPECT_TRUE(fs::is_empty(outside));
}

TEST_F(Trash, AHookLaidInItLeadsNowhere) {
  const std::string name = collect().report["trash"]["run"];
  const fs::path outside = store_.root() / "outside";
  fs::create_directory(outside);
  fs::create_directory_symlink(outside, trash() / name / "blobs/hook");
  fs::create_directory_symlink(outside, trash() / "hook");
  run({"trash", "restore", name});
  EXPECT_EQ(run_dregs(store_, {"trash", "restore", "hook"}).exit_code, 2);
  EXPECT_EQ(run_dregs(store_, {"trash", "restore", "../.."}).exit_code, 2);
  run({"trash", "empty"});
  EXPECT_TRUE(fs::is_directory(outside));
  EXPECT_TRUE(fs::is_empty(outside));
}

// Each move takes 30 ms, so that there is something to cut.
TEST_F(Trash, AKillLeavesEachFileInItsPlaceOrInTheTrash) {
  if (!can_trace()) GTEST_SKIP() << "strace may not trace here";
  auto before = files(store_);
  for (const char* seconds : {"0.6", "0.8", "1"}) {
    run_program({"timeout",
                 "-s",
                 "KILL",
                 seconds,
                 "strace",
                 "-f",
                 "-qq",
                 "-o",
                 "/dev/null",
                 "-e",
                 "trace=renameat2",
                 "-e",
                 "inject=renameat2:delay_enter=30000",
                 kDregsProgram,
                 "gc",
                 "-m",
                 "--uploads-older-than",
                 "0",
                 "--trash",
                 "-j",
                 "1",
                 "--root",
                 store_.root().string()});
    auto found = files(store_);
    for (const json& each : runs()) {
      const std::string name = each["run"];
      for (const auto& entry : fs::recursive_directory_iterator(trash() / name))
        if (entry.is_regular_file()) {
          const std::string path = fs::relative(entry.path(), trash() / name);
          const std::string in_v2 = "../.dregs/trash/" + name + "/" + path;
          EXPECT_TRUE(found.emplace(path, store_.read(in_v2)).second) << path;
        }
    }
    EXPECT_EQ(found, before) << seconds;
  }
  EXPECT_EQ(collect().exit_code, 0);
  const json all = runs();
  for (const json& each : all) run({"trash", "restore", each["run"]});
  EXPECT_EQ(files(store_), before);
}

// As deep as a name of 255 characters gets.
TEST_F(Trash, TheDeepestRepositoryComesBackTooAndGoesForGood) {
  std::string deepest = "a";
  while (deepest.size() < 255) deepest += "/a";
  store_.image(deepest, "v1", {"base"});
  const auto before = files(store_);
  for (const char* end : {"restore", "empty"}) {
    const JsonRun gone = run({"rm", deepest, "--trash"});
    EXPECT_EQ(gone.exit_code, 0) << gone.err;
    const std::string name = gone.report["trash"];
    EXPECT_TRUE(runs()[0]["error"].is_null()) << runs().dump(2);
    const JsonRun ended = run({"trash", end, name});
    EXPECT_EQ(ended.exit_code, 0) << ended.err << ended.report.dump(2);
    EXPECT_THAT(runs(), IsEmpty());
    if (end == std::string("restore")) {
      EXPECT_EQ(files(store_), before);
    }
  }
}

// NFS renames no file so that nothing is replaced.
TEST_F(Trash, WorksWhereFilesCannotBeRenamedOverNothing) {
  if (!can_trace()) GTEST_SKIP() << "strace may not trace here";
  const auto before = files(store_);
  const auto traced = [&](std::vector<std::string> command,
                          const std::string& more = {}) {
    std::vector<std::string> argv = {"strace",
                                     "-f",
                                     "-qq",
                                     "-o",
                                     "/dev/null",
                                     "-e",
                                     "trace=renameat2,linkat",
                                     "-e",
                                     "inject=renameat2:error=EINVAL"};
    if (!more.empty()) argv.insert(argv.end(), {"-e", more});
    argv.push_back(kDregsProgram);
    argv.insert(argv.end(), command.begin(), command.end());
    argv.insert(argv.end(), {"--root", store_.root().string()});
    return run_program(argv);
  };
  const std::vector<std::string> collect = {"gc", "-m", "--uploads-older-than",
                                            "0", "--trash"};
  const ProgramResult none = traced(collect, "inject=linkat:error=EPERM");
  EXPECT_EQ(none.exit_code, 3) << none.err;
  EXPECT_EQ(files(store_), before);
  EXPECT_FALSE(fs::exists(trash().parent_path()));
  EXPECT_EQ(traced(collect).exit_code, 0);
  EXPECT_LT(files(store_).size(), before.size());
  const std::string name = runs()[0]["run"];
  EXPECT_EQ(traced({"trash", "restore", name}).exit_code, 0);
  EXPECT_EQ(files(store_), before);
  EXPECT_THAT(runs(), IsEmpty());
}

// What is mounted there was never moved there.
TEST_F(Trash, EmptyingItTouchesNoMount) {
  if (!can_mount()) GTEST_SKIP() << "needs root, or user namespaces";
  const std::string name = collect().report["trash"]["run"];
  const fs::path mounted = trash() / name / "blobs/mounted";
  const fs::path mine = store_.root() / "mine";
  fs::create_directories(mounted);
  fs::create_directory(mine);
  store_.write(mine / "file", "text");
  fs::create_directory(mine / "folder");
  for (const char* how : {"empty", "restore"}) {
    const ProgramResult result =
        run_program({"unshare", "--mount", "sh", "-ec",
                     "mount --bind \"$0\" \"$1\"; shift; exec \"$@\"",
                     mine.string(), mounted.string(), kDregsProgram, "trash",
                     how, name, "--root", store_.root().string()});
    EXPECT_EQ(result.exit_code, 4) << how << result.err;
    EXPECT_TRUE(fs::exists(mine / "file"));
    EXPECT_TRUE(fs::exists(mine / "folder"));
  }
}

// Whoever made it deeper than any run does.
TEST_F(Trash, WhatIsTooDeepIsToldAndStays) {
  const std::string name = collect().report["trash"]["run"];
  fs::path deep = trash() / name / "blobs";
  for (int depth = 0; depth < 250; ++depth) deep /= "d";
  fs::create_directories(deep);
  store_.write(deep / "mine", "text");
  EXPECT_THAT(runs()[0]["error"].dump(), HasSubstr("Too many levels"));
  EXPECT_NE(run_dregs(store_, {"trash", "restore", name}).exit_code, 0);
  EXPECT_EQ(run({"trash", "empty"}).exit_code, 4);
  EXPECT_TRUE(fs::exists(deep / "mine"));
}

TEST_F(Trash, NothingComesBackThroughASymbolicLink) {
  const auto before = files(store_);
  const std::string name = run({"rm", "legacy", "--trash"}).report["trash"];
  const fs::path outside = store_.root() / "outside";
  fs::create_directory(outside);
  store_.symlink(outside, "repositories/legacy");
  const JsonRun back = run({"trash", "restore", name});
  EXPECT_EQ(back.exit_code, 4) << back.report.dump(2);
  EXPECT_TRUE(fs::is_empty(outside));
  store_.remove("repositories/legacy");
  EXPECT_EQ(run({"trash", "restore", name}).exit_code, 0);
  EXPECT_EQ(files(store_), before);
}

// What may not be on the disk yet, nothing may refer to.
TEST_F(Trash, BlobsThatMayNotBeOnTheDiskEndTheRestoration) {
  const auto before = files(store_);
  const std::string name = collect().report["trash"]["run"];
  const Descriptor v2 = open_folder(AT_FDCWD, store_.v2());
  {
    const FaultyDisk disk(fail_at(0, EIO));
    EXPECT_EQ(DiskTrash(v2.get()).restore(name).error, std::strerror(EIO));
  }
  for (const auto& [path, content] : files(store_))
    EXPECT_TRUE(before.at(path) == content);
  EXPECT_FALSE(store_.has("repositories/legacy/_manifests/revisions"));
  EXPECT_TRUE(DiskTrash(v2.get()).restore(name).complete());
  EXPECT_EQ(files(store_), before);
}

// It is its owner's alone: nobody else may be told that it is empty.
TEST_F(Trash, WhoMayNotLookIntoItIsToldSo) {
  if (!can_be_ordinary_user()) GTEST_SKIP() << "cannot be an ordinary user";
  give_to_ordinary_user(store_);
  collect();
  const fs::path own = trash().parent_path();
  fs::permissions(own, fs::perms::none);
  for (const char* what : {"ls", "empty"}) {
    std::vector<std::string> argv = as_ordinary_user();
    argv.insert(argv.end(), {kDregsProgram, "trash", what, "--root",
                             store_.root().string()});
    const ProgramResult result = run_program(argv);
    EXPECT_EQ(result.exit_code, 2) << result.out;
    EXPECT_THAT(result.err, HasSubstr("the trash: Permission denied"));
  }
  fs::permissions(own, fs::perms::owner_all);
}

TEST_F(Trash, WithoutOneThereIsNoRun) {
  const Descriptor v2 = open_folder(AT_FDCWD, store_.v2());
  EXPECT_EQ(DiskTrash(v2.get()).restore("x").error, std::strerror(ENOENT));
  EXPECT_EQ(DiskTrash(v2.get()).empty("x"), std::strerror(ENOENT));
}

TEST_F(Trash, WhatIsNotThereIsExitCode2) {
  EXPECT_THAT(runs(), IsEmpty());
  EXPECT_EQ(run_dregs(store_, {"trash", "restore", "x"}).exit_code, 2);
  EXPECT_EQ(run_dregs(store_, {"trash", "empty", "x"}).exit_code, 2);
  EXPECT_EQ(run_dregs(store_, {"trash"}).exit_code, 2);
  EXPECT_EQ(run({"trash", "empty"}).exit_code, 0);
}

}  // namespace
}  // namespace dregs
