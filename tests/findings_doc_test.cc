// docs/findings.md explains each kind of finding by its severity, and none that
// does not exist.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <string>

#include "tests/paths.h"

#include "scanner/inventory/finding.h"

namespace dregs {
namespace {

// What stands below each `### kind` heading.
std::map<std::string, std::string> explanations() {
  std::ifstream page(std::string(kSourceFolder) + "/docs/findings.md");
  std::map<std::string, std::string> found;
  std::string kind;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("#")) kind.clear();
    if (line.starts_with("### "))
      EXPECT_TRUE(found.try_emplace(kind = line.substr(4)).second) << line;
    else if (!kind.empty())
      found[kind] += line + "\n";
  }
  return found;
}

TEST(FindingsPage, ExplainsEveryKindAndNoOther) {
  std::set<std::string> explained;
  for (const auto& [kind, text] : explanations()) explained.insert(kind);
  std::set<std::string> all;
  for (const FindingKind kind : all_finding_kinds())
    all.insert(std::string(to_string(kind)));
  EXPECT_EQ(explained, all);
}

TEST(FindingsPage, BeginsWithTheSeverityAndSaysWhatToDo) {
  const auto page = explanations();
  for (const FindingKind kind : all_finding_kinds()) {
    const std::string name(to_string(kind));
    const std::string severity(to_string(severity_of(kind)));
    const auto text = page.find(name);
    ASSERT_NE(text, page.end()) << name;
    EXPECT_TRUE(text->second.starts_with("*" + severity)) << name;
    const bool says = text->second.find("Do:") != std::string::npos ||
                      text->second.find("do: as for") != std::string::npos;
    EXPECT_TRUE(says) << name;
  }
}

}  // namespace
}  // namespace dregs
