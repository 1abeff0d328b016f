// The files that a user names: whole or not there, and nothing beside them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/command_run.h"
#include "tests/mounted_store.h"
#include "tests/paths.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

class UserFile : public testing::Test {
 protected:
  UserFile() {
    store_.image("app", "v1", {"base"});
    fs::create_directory(folder_);
  }
  ~UserFile() override { fs::remove_all(folder_); }

  ProgramResult save_plan(const fs::path& file) {
    return run_dregs(store_, {"gc", "-n", "--plan", file.string()});
  }
  static std::string text(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  static bool is_plan(const fs::path& file) {
    return text(file).find("dregs.plan/1") != std::string::npos;
  }
  std::ptrdiff_t files() {
    return std::distance(fs::directory_iterator(folder_), {});
  }

  StoreBuilder store_;
  fs::path folder_ = store_.root().string() + ".files";
};

TEST_F(UserFile, ASymbolicLinkStaysOneAndItsEndIsWritten) {
  const fs::path plan = folder_ / "plan";
  const fs::path link = folder_ / "link";
  fs::create_symlink("plan", link);
  for (int run = 0; run < 2; ++run) {  // to what is not there, and to what is
    EXPECT_EQ(save_plan(link).exit_code, 0);
    EXPECT_TRUE(fs::is_symlink(link));
    EXPECT_TRUE(is_plan(plan));
    EXPECT_EQ(files(), 2);
  }
}

TEST_F(UserFile, AFileBesideThatIsSomebodysStays) {
  const fs::path victim = folder_ / "victim";
  std::ofstream(victim) << "precious";
  fs::create_symlink(victim, folder_ / "state.tmp");
  const ProgramResult run =
      run_dregs(store_, {"verify", "--state", (folder_ / "state").string()});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(text(victim), "precious");
  EXPECT_EQ(files(), 3);
}

TEST_F(UserFile, KeepsItsPermissions) {
  const fs::path plan = folder_ / "plan";
  std::ofstream(plan) << "old";
  fs::permissions(plan, fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(save_plan(plan).exit_code, 0);
  EXPECT_TRUE(is_plan(plan));
  EXPECT_EQ(fs::status(plan).permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(UserFile, ADeviceIsWrittenToAndStaysOne) {
  EXPECT_EQ(save_plan("/dev/null").exit_code, 0);
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_EQ(save_plan("/dev/full").exit_code, 2);
}

TEST_F(UserFile, ALinkIntoTheRegistryIsNoWayAroundTheRule) {
  fs::create_symlink(store_.v2() / "plan", folder_ / "link");
  const ProgramResult run = save_plan(folder_ / "link");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_NE(run.err.find("the registry's own folder"), std::string::npos);
  EXPECT_FALSE(fs::exists(store_.v2() / "plan"));
}

TEST_F(UserFile, OnAFullDiskLeavesNothingAndTheReportIsThere) {
  if (!can_mount()) GTEST_SKIP() << "may not mount";
  for (const char* command :
       {"gc -n --plan", "verify --state", "gc -n --metrics"}) {
    const std::string folder = folder_.string();
    const ProgramResult run = run_program(
        {"unshare", "--mount", "sh", "-c",
         "mount -t tmpfs -o size=64k none " + folder + "; cat /dev/zero >" +
             folder + "/fill 2>/dev/null; " + kDregsProgram + " " + command +
             " " + folder + "/file --root " + store_.root().string() +
             "; code=$?; ls -A " + folder + "; exit $code"});
    EXPECT_EQ(run.exit_code, 2) << run.err;
    EXPECT_NE(run.err.find("No space left"), std::string::npos) << run.err;
    EXPECT_NE(run.out.find(store_.root().string() + " (--root)"),
              std::string::npos);
    EXPECT_TRUE(run.out.ends_with("\nfill\n")) << run.out;
  }
}

TEST_F(UserFile, APlanIsOnlySavedOfADryRun) {
  const Digest spare = store_.blob("spare");
  const fs::path plan = folder_ / "plan";
  EXPECT_EQ(
      run_dregs(store_, {"gc", "-n=false", "--plan", plan.string()}).exit_code,
      2);
  EXPECT_TRUE(store_.has_blob(spare));
  EXPECT_EQ(files(), 0);
}

}  // namespace
}  // namespace dregs
