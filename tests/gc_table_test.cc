// What a person reads of a collection, in 80 columns.
#include <gmock/gmock.h>

#include <sstream>

#include "tests/command_run.h"

namespace dregs {
namespace {

using testing::HasSubstr;

std::string line_of(const std::string& text, const std::string& word) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.find(word) != std::string::npos) return line;
  return "";
}

TEST(GcTable, SaysHowMuchGoesAndHowMuchIsHeldBackInPercent) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});  // three blobs
  store.blob("orphan");
  store.corrupt(store.image("pinned", "v1", {"x", "y"}).manifest);
  const std::string out = run_dregs(store, {"gc", "-n"}).out;
  EXPECT_THAT(line_of(out, "would go"), HasSubstr("held back"));
  EXPECT_THAT(line_of(out, "  blobs "), HasSubstr("1 (12 %)"));
}

TEST(GcTable, HasNoPercentOfNothing) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const std::string out = run_dregs(store, {"gc", "-n"}).out;
  EXPECT_EQ(out.find('%'), std::string::npos) << out;
}

TEST(GcTable, FitsHoweverMuchThereIs) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.blob("orphan");
  std::istringstream lines(run_dregs(store, {"gc", "-n"}).out);
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(line.size(), 80U) << line;
}

}  // namespace
}  // namespace dregs
