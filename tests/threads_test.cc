// Where threads are short, dregs works with fewer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "tests/command_run.h"
#include "tests/ordinary_user.h"
#include "tests/paths.h"

namespace dregs {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

TEST(Threads, AreAsManyAsTheLimitOfTasksAllows) {
  if (geteuid() != 0) GTEST_SKIP() << "the limit counts all of a user's tasks";
  if (!can_be_ordinary_user()) GTEST_SKIP() << "cannot be an ordinary user";
  StoreBuilder store;
  for (int i = 0; i < 20; ++i)
    store.image("app" + std::to_string(i), "v1", {"base"});
  std::filesystem::permissions(
      store.root(),
      std::filesystem::perms::others_read | std::filesystem::perms::others_exec,
      std::filesystem::perm_options::add);
  for (const int tasks : {1, 2, 3, 4, 5, 6, 8, 12, 20, 40}) {
    // A user of its own, of whom no other process is counted.
    const ProgramResult run = run_program(
        {"setpriv", "--reuid=23457", "--regid=23457", "--clear-groups",
         "prlimit", "--nproc=" + std::to_string(tasks),
         program_for_ordinary_user(), "ls", "--json", "--root",
         store.root().string()});
    EXPECT_EQ(run.exit_code, 0) << tasks << ": " << run.err;
    EXPECT_EQ(run.err, "") << tasks;
  }
}

TEST(Threads, AndMemoryThatAreShortAreOneSentence) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  for (const int megabytes : {60, 80, 100, 150, 200, 300, 500}) {
    const ProgramResult run =
        run_program({"prlimit", "--as=" + std::to_string(megabytes * 1'000'000),
                     kDregsProgram, "verify", "--root", store.root().string()});
    SCOPED_TRACE(std::to_string(megabytes) + ": " + run.err);
    EXPECT_THAT(run.exit_code, AnyOf(0, 2, 127));
    EXPECT_THAT(run.err, Not(HasSubstr("terminate called")));
  }
}

}  // namespace
}  // namespace dregs
