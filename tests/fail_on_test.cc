// --fail-on: which findings make the exit code of a run that was done 1. Every
// command asks the one rule.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/command_run.h"

namespace dregs {
namespace {

using testing::HasSubstr;
using Words = std::vector<std::string>;

class FailOnFlag : public testing::Test {
 protected:
  FailOnFlag() { app_ = store_.image("app", "v1", {"base", "app"}); }

  int code(Words command, const std::string& fail_on) {
    if (!fail_on.empty()) command.insert(command.end(), {"--fail-on", fail_on});
    const JsonRun run = run_for_json(store_, command);
    EXPECT_EQ(run.report["exit_code"], run.exit_code) << run.err;
    return run.exit_code;
  }

  void expect_codes(const std::vector<Words>& commands, int by_default,
                    int on_warning) {
    for (const Words& command : commands) {
      SCOPED_TRACE(testing::PrintToString(command));
      EXPECT_EQ(code(command, ""), by_default);
      EXPECT_EQ(code(command, "error"), by_default);
      EXPECT_EQ(code(command, "warning"), on_warning);
      EXPECT_EQ(code(command, "never"), 0);
    }
  }

  StoreBuilder store_;
  BuiltImage app_;
};

TEST_F(FailOnFlag, CountsAWarningOnlyWhereItIsAskedTo) {
  store_.image("app", ".odd", {"base", "odd"});
  expect_codes({{"gc", "-n"},
                {"gc"},
                {"ls", "app"},
                {"du"},
                {"status"},
                {"verify"},
                {"rm", "-n", "app:v1"},
                {"rm", "-n", "--gc", "app:v1"},
                {"garbage-collect", "-d"}},
               0, 1);
}

TEST_F(FailOnFlag, CountsWhatAnImageLacks) {
  store_.lose(app_.layers[1]);
  expect_codes({{"gc", "-n"},
                {"gc"},
                {"du"},
                {"status"},
                {"verify"},
                {"inspect", "app:v1"},
                {"why", app_.layers[1].to_string()},
                {"garbage-collect", "-d"}},
               1, 1);
}

TEST_F(FailOnFlag, CountsALayerLinkThatIsGone) {
  store_.remove(StoreBuilder::layer_link_path("app", app_.layers[1]));
  expect_codes({{"gc", "-n"}, {"verify"}, {"inspect", "app:v1"}}, 1, 1);
}

TEST_F(FailOnFlag, CountsAPinnedRepositoryThatOnlyAWarningPins) {
  store_.manifest_bytes("odd", "v1",
                        R"({"schemaVersion":2,"mediaType":"application/x"})");
  expect_codes({{"gc", "-n"},
                {"gc"},
                {"du"},
                {"status"},
                {"verify"},
                {"inspect", "odd:v1"},
                {"retain", "**", "-n", "--keep-last", "9"},
                {"garbage-collect", "-d"}},
               1, 1);
  expect_codes({{"inspect", "app:v1"}}, 0, 0);
  const JsonRun run = run_for_json(store_, {"gc", "-n"});
  EXPECT_EQ(run.report["findings"][0]["severity"], "warning");
  EXPECT_EQ(run.report["findings"][0]["pins"], true);
}

TEST_F(FailOnFlag, HidesNeitherARefusalNorAMistake) {
  EXPECT_EQ(code({"inspect", "app:v2"}, "never"), 2);
  EXPECT_EQ(code({"gc", "--max-delete", "0"}, "never"), 0);
  store_.blob("garbage");
  EXPECT_EQ(code({"gc", "--max-delete", "0"}, "never"), 3);
  EXPECT_EQ(code({"garbage-collect", "--nosuch"}, "never"), 1);
}

TEST_F(FailOnFlag, TakesNoOtherWord) {
  const ProgramResult run =
      run_dregs(store_, {"gc", "-n", "--fail-on", "note"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("'note' is not one of error, warning, never"));
}

}  // namespace
}  // namespace dregs
