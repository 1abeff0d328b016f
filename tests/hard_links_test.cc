// Stores in which a deduplicating tool (rdfind, jdupes, hardlink) made files
// with the same content one file with several names: format.md#row-50.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "scanner/formats/sha256.h"
#include "tests/collect.h"
#include "tests/faulty_disk.h"
#include "tests/gc_run.h"

namespace dregs {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// Every file with the same bytes becomes the same file.
void deduplicate(const StoreBuilder& store) {
  std::map<std::string, fs::path> first;
  for (const auto& entry : fs::recursive_directory_iterator(store.v2())) {
    if (!entry.is_regular_file()) continue;
    const std::string bytes = store.read(entry.path());
    const auto [at, is_new] = first.emplace(bytes, entry.path());
    if (is_new) continue;
    fs::remove(entry.path());
    fs::create_hard_link(at->second, entry.path());
  }
}

class HardLinks : public testing::Test {
 protected:
  HardLinks() {
    for (const char* repository : {"a", "b", "c"}) {
      store.image(repository, "v1", {"base", "old"});
      store.image(repository, "v1", {"base", "new"});
      store.image(repository, "gone", {"other"});
      store.untag(repository, "gone");
      store.layer(repository, "spare");
      store.upload(repository, "01234567-89ab-4cde-8f01-23456789abcd", 1000h,
                   "spare");
      store.upload(repository, "fedcba98-7654-4321-8fed-cba987654321", 1000h,
                   "half");
    }
    // Two blobs that a full disk left alike.
    for (const char* content : {"one", "two"}) {
      const Digest digest = store.blob(content);
      store.write(StoreBuilder::blob_path(digest), "cut short");
    }
    deduplicate(store);
  }

  StoreBuilder store;
};

TEST_F(HardLinks, AreRemovedInOneRun) {
  const std::vector<std::string> all = {"-m", "--uploads-older-than", "0"};
  std::vector<std::string> dry = all;
  dry.emplace_back("--dry-run");
  const std::set<std::string> planned = run_gc(store, dry).removed();
  const GcRun run = run_gc(store, all);
  EXPECT_EQ(run.exit_code, 0) << run.report.at("findings");
  EXPECT_EQ(run.removed(), planned);
  EXPECT_EQ(run_gc(store, all).removed(), std::set<std::string>());
  EXPECT_FALSE(store.has_blob(sha256("spare")));
  EXPECT_TRUE(store.has(StoreBuilder::tag_path("c", "v1")));
}

TEST_F(HardLinks, GoToTheTrashInOneRun) {
  EXPECT_EQ(
      run_gc(store, {"-m", "--uploads-older-than", "0", "--trash"}).exit_code,
      0);
  EXPECT_FALSE(store.has_blob(sha256("spare")));
}

TEST_F(HardLinks, GoOneAfterTheOtherWhateverTheNumberOfThreads) {
  for (const char* threads : {"1", "8"})
    EXPECT_EQ(run_gc(store, {"-m", "-j", threads}).exit_code, 0);
}

// What renews the time of a change is told from our own removal of another
// name.
TEST_F(HardLinks, ThatSomebodyElseTouchesEndTheSweep) {
  const tbb::global_control one_thread(
      tbb::global_control::max_allowed_parallelism, 1);
  for (const bool writes : {false, true}) {
    const fs::path link =
        store.v2() / StoreBuilder::layer_link_path("c", sha256("spare"));
    MarkedStore marked(store.v2(), policy_of_tests(false));
    // a's link and folder, b's link: then c's is touched.
    const FaultyDisk disk([&](std::size_t call, FaultyDisk::Operation) {
      if (call != 3) return 0;
      if (writes)
        std::ofstream(link) << store.read(link);
      else
        fs::permissions(link, fs::perms::owner_all);
      return 0;
    });
    EXPECT_FALSE(marked.sweep().complete);
    EXPECT_EQ(marked.stop().reason(), StopReason::changed);
    EXPECT_TRUE(store.has_blob(sha256("spare")));
    for (const char* repository : {"a", "b"}) store.layer(repository, "spare");
    deduplicate(store);
  }
}

}  // namespace
}  // namespace dregs
