// A sweep that is stopped, or meets a failing disk, between any two of its
// system calls leaves every live image whole, and the next run ends where an
// undisturbed one does.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "tests/collect.h"
#include "tests/faulty_disk.h"
#include "tests/random_store.h"
#include "tests/undisturbed.h"

namespace dregs {
namespace {

SweepResult collect_with(const StoreBuilder& store, bool delete_untagged,
                         const FaultyDisk::Fault& fault) {
  const FaultyDisk disk(fault);
  return collect(store.v2(), delete_untagged);
}

bool tells_of_failure(const SweepResult& result) {
  return std::any_of(result.findings.begin(), result.findings.end(),
                     [](const Finding& finding) {
                       return finding.kind == FindingKind::removal_failed;
                     });
}

class SweepFaults : public testing::TestWithParam<bool> {
 protected:
  bool delete_untagged() const { return GetParam(); }
  Undisturbed undisturbed{build_one_of_each, delete_untagged()};
};

TEST_P(SweepFaults, StoppedBeforeAnyCallItHarmsNothingAndCanBeRunAgain) {
  ASSERT_GT(undisturbed.calls(), 40U);
  RecordProperty("stops", static_cast<int>(undisturbed.calls()));
  for (std::size_t n = 0; n < undisturbed.calls(); ++n) {
    SCOPED_TRACE(n);
    StoreBuilder store;
    build_one_of_each(store);
    EXPECT_FALSE(collect_with(store, delete_untagged(), stop_at(n)).complete);
    EXPECT_EQ(undisturbed.harm_in(store.v2()), "");
    EXPECT_EQ(undisturbed.rerun_differs(store.v2()), "");
  }
}

TEST_P(SweepFaults, AnyCallMayFailForAnyReasonAndHarmsNothing) {
  RecordProperty("faults", static_cast<int>(5 * undisturbed.calls()));
  for (const int error : {EIO, EACCES, EROFS, ENOSPC, EBUSY}) {
    for (std::size_t n = 0; n < undisturbed.calls(); ++n) {
      SCOPED_TRACE(std::string(std::strerror(error)) + " in call " +
                   std::to_string(n));
      StoreBuilder store;
      build_one_of_each(store);
      const SweepResult result =
          collect_with(store, delete_untagged(), fail_at(n, error));
      EXPECT_FALSE(result.complete);
      EXPECT_TRUE(tells_of_failure(result));
      EXPECT_EQ(undisturbed.harm_in(store.v2()), "");
      EXPECT_EQ(undisturbed.rerun_differs(store.v2()), "");
    }
  }
}

TEST_P(SweepFaults, WhatIsNotOnTheDiskForCertainEndsTheSweep) {
  std::size_t barriers = 0;
  for (std::size_t n = 0; n < undisturbed.calls(); ++n) {
    StoreBuilder store;
    build_one_of_each(store);
    std::size_t removals_after = 0;
    bool failed = false;
    collect_with(store, delete_untagged(),
                 [&](std::size_t call, FaultyDisk::Operation operation) {
                   const bool sync = operation == FaultyDisk::Operation::sync;
                   removals_after += failed && !sync;
                   if (call != n || !sync) return 0;
                   failed = true;
                   return EIO;
                 });
    barriers += failed;
    EXPECT_EQ(removals_after, 0U) << "after the barrier in call " << n;
  }
  EXPECT_GE(barriers, 4U);
}

INSTANTIATE_TEST_SUITE_P(Gc, SweepFaults, testing::Bool(),
                         [](const auto& test) {
                           return test.param ? "DeleteUntagged" : "Plain";
                         });

// Blobs that a link could not be removed of stay: the link still names them.
TEST(SweepFaults, WhatALinkStillNamesStays) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const Digest spare = store.layer("app", "spare");
  collect_with(store, false, fail_at(0, EIO));
  EXPECT_TRUE(store.has(StoreBuilder::layer_link_path("app", spare)));
  EXPECT_TRUE(store.has_blob(spare));
}

TEST(SweepFaults, AStopThatCameBeforeItLeavesEverything) {
  StoreBuilder store;
  build_one_of_each(store);
  MarkedStore marked(store.v2(), policy_of_tests(true));
  ASSERT_FALSE(marked.plan().removals.empty());
  const TreeSnapshot before = store.snapshot();
  marked.stop().request(StopReason::interrupt);
  EXPECT_FALSE(marked.sweep().complete);
  EXPECT_EQ(store.snapshot(), before);
}

// An earlier run that was cut short, or somebody else, was here.
TEST(SweepFaults, WhatIsGoneAlreadyCountsAsRemoved) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const std::string half = StoreBuilder::blob_path(store.blob("half"));
  const std::string whole = StoreBuilder::blob_path(store.blob("whole"));
  MarkedStore marked(store.v2(), policy_of_tests(false));
  store.remove(half);
  store.remove(std::filesystem::path(whole).parent_path());
  const SweepResult result = marked.sweep();
  EXPECT_TRUE(result.complete);
  EXPECT_TRUE(result.findings.empty());
  EXPECT_EQ(result.removed[static_cast<std::size_t>(RemovalKind::blob)].count,
            2U);
  EXPECT_FALSE(store.has(std::filesystem::path(half).parent_path()));
}

RC_GTEST_PROP(SweepFaults, RandomStoresMayBeStoppedAndFailAnywhere, ()) {
  const auto program = *damaged_stores();
  const bool untagged = *rc::gen::arbitrary<bool>();
  const auto build_it = [&](StoreBuilder& store) { build(store, program); };
  const Undisturbed undisturbed(build_it, untagged);
  const auto n = *rc::gen::inRange<std::size_t>(0, undisturbed.calls() + 1);
  const bool stops = *rc::gen::arbitrary<bool>();
  StoreBuilder store;
  build_it(store);
  collect_with(store, untagged, stops ? stop_at(n) : fail_at(n, EIO));
  RC_ASSERT(undisturbed.harm_in(store.v2()) == "");
  RC_ASSERT(undisturbed.rerun_differs(store.v2()) == "");
}

}  // namespace
}  // namespace dregs
