// The fixtures' expectations hold for the reference too, as far as it goes:
// it knows nothing of uploads, temporary files and refusals.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/fixture.h"
#include "tests/reference_gc.h"

namespace dregs {
namespace {

bool is_debris(const std::string& path) {
  return path.ends_with(".tmp") || path.find("/_uploads/") != std::string::npos;
}

std::set<std::string> without_debris(std::set<std::string> paths) {
  std::erase_if(paths, is_debris);
  return paths;
}

class FixtureReference : public ::testing::TestWithParam<std::string> {};

TEST_P(FixtureReference, RemovesAndPinsWhatTheFixtureExpects) {
  Fixture fixture(GetParam());
  for (const auto& [command, expected] : fixture.expectations()) {
    if (expected.document.at("exit_code") == 3) continue;
    const bool delete_untagged = command.starts_with("gc -m");
    const auto plan = reference_gc(fixture.store().v2(), delete_untagged);
    EXPECT_EQ(plan.paths, without_debris(expected.removes)) << command;
    EXPECT_EQ(plan.pinned, expected.pinned) << command;
  }
}

std::string name_of_reference_fixture(
    const ::testing::TestParamInfo<std::string>& test) {
  std::string name = test.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Fixtures, FixtureReference,
                         ::testing::ValuesIn(fixture_names()),
                         name_of_reference_fixture);

}  // namespace
}  // namespace dregs
