// The fuzz targets' corpus, replayed with every build of the tests.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/fuzz.h"
#include "tests/paths.h"

namespace dregs {
namespace {

using Entry = void (*)(std::string_view);

// Runs the entry over every file; how many there were.
int replay(const std::string& target, Entry entry) {
  int files = 0;
  const std::filesystem::path corpus =
      std::filesystem::path(kSourceFolder) / "tests/fuzz/corpus" / target;
  for (const auto& file : std::filesystem::directory_iterator(corpus)) {
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
    entry(bytes);
    ++files;
  }
  return files;
}

TEST(FuzzCorpus, ManifestsHoldWhateverTheirBytes) {
  EXPECT_GT(replay("manifest", fuzz_manifest), 10);
}

TEST(FuzzCorpus, LinksHoldWhateverTheirBytes) {
  EXPECT_GT(replay("link", fuzz_link), 10);
}

TEST(FuzzCorpus, PlansHoldWhateverTheirBytes) {
  EXPECT_GT(replay("plan", fuzz_plan), 5);
}

TEST(FuzzCorpus, LogsHoldWhateverTheirBytes) {
  EXPECT_GT(replay("log", fuzz_log), 10);
}

TEST(FuzzCorpus, AnswersOfS3HoldWhateverTheirBytes) {
  EXPECT_GT(replay("answer", fuzz_answer), 5);
}

TEST(FuzzCorpus, ConfigurationsHoldWhateverTheirBytes) {
  EXPECT_GT(replay("config", fuzz_config), 5);
}

}  // namespace
}  // namespace dregs
