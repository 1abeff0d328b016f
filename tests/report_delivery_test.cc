// Where a report goes that nobody can store.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/command_run.h"
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

TEST(Report, NamesTheRootAndWhereItCameFrom) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const std::string digest = store.blob("spare").to_string();
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"gc", "-n"},
                                             {"ls"},
                                             {"ls", "app"},
                                             {"du"},
                                             {"why", digest},
                                             {"inspect", "app:v1"},
                                             {"verify"},
                                             {"rm", "-n", "app"},
                                             {"trash", "ls"}})
    EXPECT_EQ(run_dregs(store, command)
                  .out.find(store.root().string() + " (--root)\n"),
              0U)
        << command[0];
}

// As of `dregs ls | head`: whoever closes the pipe has seen enough.
TEST(Report, OneThatNobodyReadsToTheEndIsNoFailure) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  for (const char* command :
       {"ls", "ls --json", "gc -n --list", "gc -n --plan -", "--help"}) {
    const ProgramResult run =
        run_program({"sh", "-c",
                     "{ sleep 0.2; " + std::string(kDregsProgram) + " " +
                         command + " --root '" + store.root().string() +
                         "'; echo \"exit $?\" >&2; } | true"});
    EXPECT_EQ(run.err, "exit 0\n") << command;
  }
}

TEST(Report, OfARunThatWasRefusedAtOnceCountsNothing) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const ProgramResult held =
      run_program({"flock", "-n", store.v2().string(), kDregsProgram, "gc",
                   "--root", store.root().string()});
  EXPECT_EQ(held.exit_code, 3) << held.err;
  EXPECT_EQ(held.out.find("repositories"), std::string::npos) << held.out;
  EXPECT_NE(held.out.find("Refused: nothing was removed."), std::string::npos);
}

// Redis outlives the registry, and would let pushes in whose layers are gone.
TEST(Report, SaysToFlushRedisOnceSomethingWasRemoved) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.blob("spare");
  const std::string config = store.root().string() + ".yml";
  std::ofstream(config) << "version: 0.1\nstorage: {cache: {blobdescriptor: "
                           "redis}, filesystem: {rootdirectory: "
                        << store.root().string()
                        << "}}\nredis: {addr: '127.0.0.1:1'}\n";
  const auto gc = [&](const std::vector<std::string>& words) {
    std::vector<std::string> argv = {kDregsProgram, "gc", "--config", config};
    argv.insert(argv.end(), words.begin(), words.end());
    return run_program(argv);
  };
  const auto says = [](const ProgramResult& run) {
    return run.out.find("flush-redis") != std::string::npos;
  };
  EXPECT_FALSE(says(gc({"-n"})));
  const ProgramResult run = gc({});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(says(run)) << run.out;
  EXPECT_FALSE(says(gc({})));
  store.blob("another");
  EXPECT_TRUE(says(gc({"--json"})));
  std::filesystem::remove(config);
}

TEST(Terminal, ThatIsDumbGetsNoEscapeSequences) {
  if (run_program({"script", "--version"}).exit_code != 0)
    GTEST_SKIP() << "no script here";
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const std::string verify =
      std::string(kDregsProgram) + " verify --root " + store.root().string();
  const auto run_on = [&](const std::string& term) {
    return run_program(
               {"env", "TERM=" + term, "script", "-qec", verify, "/dev/null"})
        .out;
  };
  EXPECT_EQ(run_on("dumb").find('\x1b'), std::string::npos);
  EXPECT_NE(run_on("xterm").find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace dregs
