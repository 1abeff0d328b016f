// No name reaches a terminal in a form that it obeys or cannot show.
#include "scanner/formats/escaped.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/command_run.h"

namespace dregs {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Escaped, WhatATerminalObeysOrDoesNotShowIsSpelledOut) {
  EXPECT_EQ(escaped("\x1b]0;x\x07\n"), "\\x1b]0;x\\x07\\n");
  EXPECT_EQ(escaped("\xc2\x9b"
                    "2J"),
            "\\xc2\\x9b2J");  // C1
  EXPECT_EQ(escaped("a\xe2\x80\xae"
                    "b"),
            "a\\xe2\\x80\\xaeb");                           // U+202E
  EXPECT_EQ(escaped("\xe2\x81\xa6"), "\\xe2\\x81\\xa6");    // U+2066
  EXPECT_EQ(escaped("a\xe2\x80\x8b"), "a\\xe2\\x80\\x8b");  // U+200B
  EXPECT_EQ(escaped("\xef\xbb\xbf"), "\\xef\\xbb\\xbf");    // U+FEFF
  EXPECT_EQ(escaped("\xc2\xad"), "\\xc2\\xad");             // U+00AD
  EXPECT_EQ(escaped("\xf3\xa0\x81\x81"), "\\xf3\\xa0\\x81\\x81");
  EXPECT_EQ(escaped("a\xff\xc3"), "a\\xff\\xc3");  // not UTF-8
}

TEST(Escaped, OtherNamesStayAsTheyAre) {
  EXPECT_EQ(escaped("team/app-1.2_x"), "team/app-1.2_x");
  EXPECT_EQ(escaped("Gr\xc3\xbc\xc3\x9f"
                    "e \xe6\xbc\xa2"),
            "Gr\xc3\xbc\xc3\x9f"
            "e \xe6\xbc\xa2");
}

TEST(Escaped, AFinishedMessageIsNotEscapedTwice) {
  EXPECT_EQ(escaped("a\\b"), "a\\\\b");
  EXPECT_EQ(printable(escaped("a\\\x1b")), escaped("a\\\x1b"));
  EXPECT_EQ(printable_lines("one\ntwo\r"), "one\ntwo\\r");
}

class OddNames : public testing::Test {
 protected:
  // Of a repository as of what a user types.
  static constexpr const char* kName =
      "esc\x1b]0;pwned\x07\x1b[31m\xe2\x80\xae\xc2\x9b\xff";

  void expect_harmless(const std::string& text) {
    for (const char* sequence :
         {"\x1b", "\x07", "\xe2\x80\xae", "\xc2\x9b", "\xff"})
      EXPECT_THAT(text, Not(HasSubstr(sequence)));
  }
  void expect_harmless(const std::vector<std::string>& command) {
    const ProgramResult run = run_dregs(store_, command);
    SCOPED_TRACE(testing::PrintToString(command));
    expect_harmless(run.out);
    expect_harmless(run.err);
    EXPECT_THAT(run.out + run.err, HasSubstr("\\x1b"));
  }

  StoreBuilder store_;
};

TEST_F(OddNames, FromTheDiskReachNoTerminal) {
  const std::string repository = "repositories/" + std::string(kName);
  store_.folder(repository + "/_layers");
  store_.folder(repository + "/_manifests/tags/" + kName);
  store_.folder(repository + "/_manifests/revisions");
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"ls"},
                                             {"ls", "esc"},
                                             {"ls", "--names"},
                                             {"rm", "-n", "esc"},
                                             {"inspect", "esc"},
                                             {"du", "esc"},
                                             {"verify", "esc"},
                                             {"verify"},
                                             {"gc", "-n", "-v"},
                                             {"garbage-collect", "-d"}})
    expect_harmless(command);
  const ProgramResult listed = run_dregs(store_, {"ls", "--json"});
  expect_harmless(listed.out);
}

TEST_F(OddNames, ThatAUserTypesReachNoTerminal) {
  store_.image("app", "v1", {"base"});
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{
           {"ls", kName},
           {"why", kName},
           {"inspect", std::string("app:") + kName},
           {"inspect", std::string("app@") + kName},
           {"apply", std::string("/nonexistent/") + kName},
           {"gc", "--min-age", kName},
           {"gc", "--deadline", kName},
           {"gc", std::string("--") + kName},
           {"trash", "restore", kName},
           {kName}})
    expect_harmless(command);
}

}  // namespace
}  // namespace dregs
