// Where a report goes that nobody can store.
#include <gtest/gtest.h>

#include "tests/paths.h"
#include "tests/run_program.h"
#include "tests/store_builder.h"

namespace dregs {
namespace {

ProgramResult run_onto_a_full_disk(const StoreBuilder& store,
                                   const std::string& command) {
  return run_program({"sh", "-c",
                      std::string(kDregsProgram) + " " + command + " --root '" +
                          store.root().string() + "' >/dev/full"});
}

TEST(Report, OneThatCannotBeWrittenIsNoSuccess) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  for (const char* command :
       {"gc -n", "gc -n --json", "ls", "ls --json", "du"}) {
    const ProgramResult run = run_onto_a_full_disk(store, command);
    EXPECT_EQ(run.exit_code, 2) << command;
    EXPECT_NE(run.err.find("No space left"), std::string::npos) << command;
  }
}

TEST(Report, OneThatIsCutOffCostsNothingThatIsLive) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base"});
  const Digest orphan = store.blob("orphan");
  EXPECT_EQ(run_onto_a_full_disk(store, "gc --list").exit_code, 2);
  EXPECT_FALSE(store.has_blob(orphan));
  EXPECT_TRUE(store.has_blob(app.manifest));
}

// Whoever wants no report wants to know all the same why it was no success.
TEST(Report, ThatNobodyWantsStillSaysWhatIsWrong) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base"});
  store.lose(app.layers[0]);
  const std::string path =
      "docker/registry/v2/" + StoreBuilder::blob_path(app.layers[0]);
  for (const char* command :
       {"gc", "verify", "ls app", "du", "inspect app:v1", "rm -n app:v1"}) {
    SCOPED_TRACE(command);
    const ProgramResult run = run_program(
        {"sh", "-c",
         std::string(kDregsProgram) + " -q " + std::string(command) +
             " --root '" + store.root().string() + "'"});
    EXPECT_EQ(run.out, "");
    EXPECT_EQ(run.exit_code == 1,
              run.err.find("missing-blob: " + path) != std::string::npos)
        << run.exit_code << run.err;
  }
}

}  // namespace
}  // namespace dregs
