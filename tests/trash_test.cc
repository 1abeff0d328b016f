// `--trash` and `dregs trash`: what goes can come back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/command_run.h"
#include "tests/gc_run.h"

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
                 DREGS_BINARY,
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

TEST_F(Trash, WhatIsNotThereIsExitCode2) {
  EXPECT_THAT(runs(), IsEmpty());
  EXPECT_EQ(run_dregs(store_, {"trash", "restore", "x"}).exit_code, 2);
  EXPECT_EQ(run_dregs(store_, {"trash", "empty", "x"}).exit_code, 2);
  EXPECT_EQ(run_dregs(store_, {"trash"}).exit_code, 2);
  EXPECT_EQ(run({"trash", "empty"}).exit_code, 0);
}

}  // namespace
}  // namespace dregs
