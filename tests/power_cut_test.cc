// The power goes in the middle of a sweep: of the removals that no barrier has
// followed, any may be undone, in any combination (format.md#1.5).
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/collect.h"
#include "tests/faulty_disk.h"
#include "tests/random_store.h"
#include "tests/undisturbed.h"

namespace dregs {
namespace {

// Returns how many removals were at stake.
std::size_t lose_power(const StoreBuilder& store, bool delete_untagged,
                       std::size_t call, std::uint32_t seed) {
  FaultyDisk disk(stop_at(call));
  collect(store.v2(), delete_untagged);
  const std::size_t at_stake = disk.unsynced();
  disk.cut_power(seed);
  return at_stake;
}

class PowerCut : public testing::TestWithParam<bool> {};

TEST_P(PowerCut, BeforeAnyCallHarmsNothingAndTheNextRunFinishes) {
  const Undisturbed undisturbed(build_one_of_each, GetParam());
  std::size_t at_stake = 0;
  for (std::uint32_t n = 0; n <= undisturbed.calls(); ++n) {
    for (std::uint32_t seed = 0; seed < 6; ++seed) {
      SCOPED_TRACE(testing::Message() << "call " << n << " seed " << seed);
      StoreBuilder store;
      build_one_of_each(store);
      at_stake += lose_power(store, GetParam(), n, 1000 * n + seed);
      EXPECT_EQ(undisturbed.harm_in(store.v2()), "");
      EXPECT_EQ(undisturbed.rerun_differs(store.v2()), "");
    }
  }
  EXPECT_GT(at_stake, 1000U);
}

INSTANTIATE_TEST_SUITE_P(Gc, PowerCut, testing::Bool(), [](const auto& test) {
  return test.param ? "DeleteUntagged" : "Plain";
});

RC_GTEST_PROP(PowerCut, OnRandomStoresHarmsNothingAndTheNextRunFinishes, ()) {
  const auto program = *damaged_stores();
  const bool untagged = *rc::gen::arbitrary<bool>();
  const auto build_it = [&](StoreBuilder& store) { build(store, program); };
  const Undisturbed undisturbed(build_it, untagged);
  const auto n = *rc::gen::inRange<std::size_t>(0, undisturbed.calls() + 2);
  StoreBuilder store;
  build_it(store);
  lose_power(store, untagged, n, *rc::gen::arbitrary<std::uint32_t>());
  RC_ASSERT(undisturbed.harm_in(store.v2()) == "");
  RC_ASSERT(undisturbed.rerun_differs(store.v2()) == "");
}

}  // namespace
}  // namespace dregs
