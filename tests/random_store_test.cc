// What the random stores are for, told of the reference collector; the
// engine is compared with it in tests of its own.
#include "tests/random_store.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

#include "tests/reference_gc.h"
#include "tests/run_program.h"

namespace dregs {
namespace {

bool is_subset(const std::set<std::string>& part,
               const std::set<std::string>& whole) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

RC_GTEST_PROP(RandomStore, SameProgramBuildsTheSameStore, ()) {
  const auto program = *damaged_stores();
  StoreBuilder one;
  StoreBuilder two;
  build(one, program);
  build(two, program);
  RC_ASSERT(one.snapshot() == two.snapshot());
}

RC_GTEST_PROP(RandomStore, HealthyStoresPinNothing, ()) {
  const auto program = *healthy_stores();
  StoreBuilder store;
  build(store, program);
  RC_ASSERT(reference_gc(store.v2(), true).pinned.empty());
}

RC_GTEST_PROP(RandomStore, DeletingUntaggedRemovesAtLeastAsMuch, ()) {
  const auto program = *damaged_stores();
  StoreBuilder store;
  build(store, program);
  RC_ASSERT(is_subset(reference_gc(store.v2(), false).paths,
                      reference_gc(store.v2(), true).paths));
}

RC_GTEST_PROP(RandomStore, CollectingTwiceRemovesNothingMore, ()) {
  const auto program = *damaged_stores();
  const bool untagged = *rc::gen::arbitrary<bool>();
  StoreBuilder store;
  build(store, program);
  const auto plan = reference_gc(store.v2(), untagged);
  for (const std::string& path : plan.paths) store.remove(path);
  const auto again = reference_gc(store.v2(), untagged);
  RC_ASSERT(again.paths.empty());
  RC_ASSERT(again.pinned == plan.pinned);
  RC_ASSERT(again.live == plan.live);
}

// What `docker-registry garbage-collect --dry-run` would delete, or nullopt
// where it fails.
std::optional<std::set<std::string>> ask_registry_2(const StoreBuilder& store) {
  const std::string config = store.root() / "config.yml";
  std::ofstream(config) << "version: 0.1\nstorage:\n  filesystem:\n"
                        << "    rootdirectory: " << store.root().string()
                        << "\n";
  const ProgramResult result =
      run_program({"docker-registry", "garbage-collect", "--dry-run", config});
  if (result.exit_code != 0) return std::nullopt;
  const std::string prefix = "blob eligible for deletion: ";
  std::set<std::string> candidates;
  std::istringstream in(result.out);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(prefix)) candidates.insert(line.substr(prefix.size()));
  }
  return candidates;
}

bool has_registry_2() {
  return run_program({"docker-registry", "--version"}).exit_code == 0;
}

TEST(Registry2, FindsTheGarbageThatTheReferenceFinds) {
  if (!has_registry_2()) GTEST_SKIP() << "docker-registry is not installed";
  StoreBuilder store;
  const BuiltImage old = store.image("team/app", "v1", {"base", "old"});
  const BuiltImage arm = store.image("team/app", "", {"base", "arm"});
  store.index("team/app", "v2", {old.manifest, arm.manifest});
  store.schema1("legacy", "v1", {"base", "schema1"});
  store.delete_manifest("team/app", store.helm("team/app", "h", "x").manifest);
  store.blob("orphan");
  const auto theirs = ask_registry_2(store);
  ASSERT_TRUE(theirs.has_value());
  EXPECT_EQ(theirs->size(), 4U);
  EXPECT_EQ(*theirs, reference_gc(store.v2(), false).blobs);
}

TEST(Registry2, AgreesWithTheReferenceOnRandomStores) {
  if (!has_registry_2()) GTEST_SKIP() << "docker-registry is not installed";
  const bool agrees = rc::check("blob candidates are the same", [] {
    const auto program = *stores_for_registry_2();
    StoreBuilder store;
    build(store, program);
    const auto theirs = ask_registry_2(store);
    RC_ASSERT(theirs.has_value());
    RC_ASSERT(*theirs == reference_gc(store.v2(), false).blobs);
  });
  EXPECT_TRUE(agrees);
}

}  // namespace
}  // namespace dregs
