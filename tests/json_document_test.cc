// --json: one document on stdout, however a run ends.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/command_run.h"
#include "tests/paths.h"

namespace dregs {
namespace {

using Json = nlohmann::json;

// What every document has, and the code that the process ended with.
void expect_document(const ProgramResult& run) {
  const Json document = Json::parse(run.out, nullptr, false);
  ASSERT_FALSE(document.is_discarded()) << run.out << run.err;
  for (const char* key :
       {"schema", "version", "root", "root_source", "findings", "seconds"})
    EXPECT_TRUE(document.contains(key)) << key;
  EXPECT_EQ(document["exit_code"], run.exit_code);
}

class JsonDocument : public testing::Test {
 protected:
  JsonDocument() { store_.image("app", "v1", {"base"}); }

  ProgramResult run(std::vector<std::string> command) {
    command.emplace_back("--json");
    ProgramResult result = run_dregs(store_, command);
    SCOPED_TRACE(testing::PrintToString(command));
    expect_document(result);
    return result;
  }
  std::string root() { return store_.root().string(); }

  StoreBuilder store_;
};

TEST_F(JsonDocument, IsTheReportOfEveryCommand) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"gc", "-n"},
                                             {"ls"},
                                             {"ls", "--names"},
                                             {"ls", "--names", "app"},
                                             {"du"},
                                             {"inspect", "app:v1"},
                                             {"verify"},
                                             {"rm", "-n", "app:v1"},
                                             {"trash", "ls"},
                                             {"garbage-collect", "-d"}}) {
    const ProgramResult result = run(command);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(Json::parse(result.out)["root"], root()) << command[0];
  }
}

TEST_F(JsonDocument, SaysWhyThereIsNoReport) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"ls", "nosuch"},
                                             {"why", std::string(64, '0')},
                                             {"inspect", "app:v2"},
                                             {"rm", "nosuch"},
                                             {"du", "nosuch"},
                                             {"verify", "nosuch"},
                                             {"trash", "restore", "nosuch"},
                                             {"apply", "/nonexistent"},
                                             {"gc", "-n", "--plan", "-"},
                                             {"du", "--html", "-"}}) {
    const ProgramResult result = run(command);
    EXPECT_EQ(result.exit_code, 2);
    const Json document = Json::parse(result.out);
    EXPECT_EQ(document["schema"], "dregs.error/1");
    EXPECT_EQ(document["root"], root());
    EXPECT_EQ(result.err,
              "dregs: " + document["error"].get<std::string>() + "\n");
  }
}

TEST_F(JsonDocument, SaysWhatIsWrongWithTheCommandLine) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"gc", "--nosuch"},
                                             {"nosuch"},
                                             {},
                                             {"ls", "--color", "maybe"},
                                             {"ls", "-j", "0"},
                                             {"gc", "-n=perhaps"},
                                             {"gc", "--min-age", "1"},
                                             {"trash"}})
    EXPECT_EQ(run(command).exit_code, 2);
  EXPECT_EQ(run({"garbage-collect", "--nosuch"}).exit_code, 1);
}

TEST_F(JsonDocument, IsThereWithoutARoot) {
  const ProgramResult result =
      run_program({kDregsProgram, "--json", "--root", "/nonexistent", "gc"});
  expect_document(result);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(Json::parse(result.out)["root"], "/nonexistent");
}

TEST_F(JsonDocument, IsThereForHelpVersionAndCompletions) {
  for (const char* word : {"--help", "--version"})
    EXPECT_EQ(run({word}).exit_code, 0);
  EXPECT_EQ(run({"completions", "bash"}).exit_code, 0);
}

TEST_F(JsonDocument, SaysThatARunWasRefused) {
  store_.write("../../../scheduler-state.json", "{}");
  const ProgramResult result = run({"gc", "-m"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_FALSE(Json::parse(result.out)["refused"].empty());
}

TEST_F(JsonDocument, SaysThatARunWasInterrupted) {
  if (!can_trace()) GTEST_SKIP() << "no strace here";
  for (const char* command : {"gc", "ls", "du", "verify"}) {
    // One thread: each would get a signal of its own.
    const ProgramResult result = run_program(
        {"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=getdents64",
         "-e", "inject=getdents64:signal=SIGINT:when=1", kDregsProgram, command,
         "--json", "--jobs", "1", "--root", root()});
    EXPECT_EQ(result.exit_code, 130) << command << result.err;
    expect_document(result);
  }
}

}  // namespace
}  // namespace dregs
