// The program against every fixture: what a dry run names is what the run
// then removes, and both are what the fixture expects.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/fixture.h"
#include "tests/gc_run.h"
#include "tests/removal_unit.h"

namespace dregs {
namespace {

using Json = nlohmann::json;
using Strings = std::set<std::string>;

Json run_dregs(const StoreBuilder& store, const std::string& command,
               const std::vector<std::string>& more) {
  std::istringstream words(command);
  std::string word;
  words >> word;
  EXPECT_EQ(word, "gc");
  std::vector<std::string> arguments = more;
  while (words >> word) arguments.push_back(word);
  const GcRun run = run_gc(store, arguments);
  EXPECT_EQ(run.report.value("exit_code", -1), run.exit_code) << run.err;
  return run.report;
}

// "path" is relative to the root; what is left empty afterwards is no loss.
Strings removals_in(const Json& document) {
  const std::string prefix = "docker/registry/v2/";
  Strings paths;
  for (const Json& removal : document.at("removals")) {
    const std::string path = removal.at("path");
    if (removal.at("kind") == "folder") continue;
    paths.insert(path.starts_with(prefix) ? path.substr(prefix.size()) : path);
  }
  return removal_units(paths);
}

Strings values_of(const Json& list, const char* key) {
  Strings values;
  for (const Json& item : list) values.insert(item.at(key));
  return values;
}

void compare(const Json& document, const Expectation& expected) {
  EXPECT_EQ(removals_in(document), removal_units(expected.removes));
  EXPECT_EQ(values_of(document.at("pinned"), "repository"), expected.pinned);
  EXPECT_EQ(values_of(document.at("findings"), "kind"), expected.findings);
  for (const auto& [key, value] : expected.document) {
    EXPECT_EQ(document.at(key), value) << key;
  }
}

class Fixtures : public ::testing::TestWithParam<std::string> {};

TEST_P(Fixtures, DryRunNamesWhatTheRunThenRemoves) {
  const Fixture all(GetParam());
  for (const auto& [command, expected] : all.expectations()) {
    SCOPED_TRACE(command);
    Fixture fixture(GetParam());
    const StoreBuilder& store = fixture.store();
    const TreeSnapshot before = store.snapshot();
    compare(run_dregs(store, command, {"--dry-run"}), expected);
    EXPECT_EQ(store.snapshot(), before);
    compare(run_dregs(store, command, {}), expected);
    EXPECT_EQ(removal_units(store.removed_since(before)),
              removal_units(expected.removes));
    EXPECT_EQ(files_added(before, store.snapshot()), Strings{});
    EXPECT_EQ(files_changed(before, store.snapshot()), Strings{});
  }
}

TEST_P(Fixtures, SecondRunFindsNothingToDo) {
  const Fixture all(GetParam());
  for (const auto& [command, expected] : all.expectations()) {
    SCOPED_TRACE(command);
    if (expected.document.at("exit_code") == 3) continue;
    Fixture fixture(GetParam());
    run_dregs(fixture.store(), command, {});
    const std::string again = command + " --allow-empty";
    EXPECT_EQ(removals_in(run_dregs(fixture.store(), again, {})), Strings{});
  }
}

std::string name_of_fixture(const ::testing::TestParamInfo<std::string>& test) {
  std::string name = test.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Fixtures,
                         ::testing::ValuesIn(fixture_names()), name_of_fixture);

}  // namespace
}  // namespace dregs
