// A repository with very many tags: format.md#row-19. Counted in system calls,
// for time says little on a busy machine.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "tests/paths.h"
#include "tests/run_program.h"
#include "tests/store_builder.h"

namespace dregs {
namespace {

struct Calls {
  std::size_t all = 0;
  std::size_t tags_read = 0;  // current/link files opened
};

// Every tag names its own image, and was moved to it from the one before.
void push_tags(StoreBuilder& store, int count) {
  BuiltImage before = store.image("app", "", {"base"});
  for (int i = 0; i < count; ++i) {
    const std::string tag = "v" + std::to_string(i);
    store.tag("app", tag, before.manifest);
    before = store.image("app", tag, {"base"}, {.created_by = tag});
  }
  // Whom this hurts has to be found out, too.
  store.lose(before.config);
}

// The search for a running registry asks, by its whole path, for the status of
// what other processes have open, which may be a tag of another test.
bool is_for_a_tag(const std::string& line) {
  return line.find("/current/link\"") != std::string::npos &&
         line.find("AT_FDCWD") == std::string::npos;
}

Calls trace_gc(int tags, const std::vector<std::string>& arguments) {
  StoreBuilder store;
  push_tags(store, tags);
  const std::string trace = store.root() / "trace";
  std::vector<std::string> argv = {
      "strace",
      "-f",
      "-qq",
      "-s",
      "200",
      "-o",
      trace,
      "-e",
      "trace=openat,openat2,read,pread64,getdents64,newfstatat,statx",
      kDregsProgram,
      "gc",
      "--dry-run",
      "--quiet",
      "-j",
      "1",
      "--root",
      store.root()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  EXPECT_EQ(run_program(argv).exit_code, 1);
  Calls calls;
  std::ifstream lines(trace);
  for (std::string line; std::getline(lines, line);) {
    ++calls.all;
    if (is_for_a_tag(line)) ++calls.tags_read;
  }
  return calls;
}

class ManyTags : public testing::TestWithParam<std::vector<std::string>> {
 protected:
  void SetUp() override {
    if (!can_trace()) GTEST_SKIP() << "strace may not trace here";
  }
};

INSTANTIATE_TEST_SUITE_P(Gc, ManyTags,
                         testing::Values(std::vector<std::string>{},
                                         std::vector<std::string>{
                                             "--delete-untagged"}));

// row 19
TEST_P(ManyTags, AreEachReadOnceAndTwiceAsManyTakeTwiceTheCalls) {
  const Calls some = trace_gc(200, GetParam());
  const Calls twice = trace_gc(400, GetParam());
  EXPECT_EQ(some.tags_read, 200U);
  EXPECT_EQ(twice.tags_read, 400U);
  EXPECT_LE(twice.all, 2 * some.all);
}

}  // namespace
}  // namespace dregs
