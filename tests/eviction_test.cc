// What the decision of `dregs cache` says of bytes is what a collection then
// does, over random stores: format.md#6.4.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gc/decide/plan.h"
#include "gc/decide/survey_after.h"
#include "gc/eviction/evict.h"
#include "gc/survey/take_survey.h"
#include "scanner/files/descriptor.h"
#include "scanner/formats/sha256.h"
#include "tests/random_store.h"

namespace dregs {
namespace {

Survey survey_of_cache(const StoreBuilder& store) {
  const Descriptor v2 = open_folder(AT_FDCWD, store.v2().string());
  const StopRequest stop;
  SurveyProgress progress;
  return take_survey(v2.get(), true, stop, progress);
}

// Any times in the past, some unknown, the same for the same seed.
class RandomTimes {
 public:
  RandomTimes(const Survey& survey, unsigned seed) : state_(seed + 1) {
    for (const Repository& repository : survey.inventory.repositories) {
      RepositoryTimes& times = times_.emplace_back();
      times.pushed = some(repository.tags.size(), survey);
      times.revisions = some(repository.revisions.size(), survey);
      times.history = some(repository.history.size(), survey);
    }
  }
  const StoreTimes& times() const { return times_; }

 private:
  std::vector<KnownTime> some(std::size_t count, const Survey& survey) {
    std::vector<KnownTime> times;
    for (; count > 0; --count) {
      state_ = state_ * 1'103'515'245 + 12'345;
      const std::int64_t hours = state_ >> 16 & 1023;
      times.push_back(hours == 0 ? KnownTime()
                                 : survey.inventory.started_ns -
                                       hours * 3600 * kSecond_ns);
    }
    return times;
  }

  std::uint32_t state_;
  StoreTimes times_;
};

// Of blobs and whatever else takes bytes, once the decision is carried out.
std::uint64_t collected_bytes(const Survey& survey, const Eviction& eviction) {
  const Survey after = survey_after(survey, eviction.request);
  const MarkSet marks =
      mark(after.inventory, after.graph, after.diagnosis.pins, eviction.policy);
  std::uint64_t bytes = 0;
  for (const KindTotal& total :
       planned_totals(after.inventory, marks, eviction.policy))
    bytes += total.bytes;
  return bytes;
}

// Where everything is young, nothing goes.
void compare_with_collection(const StoreProgram& program, unsigned seed,
                             std::uint64_t percent, bool young) {
  StoreBuilder store;
  build(store, program);
  const Survey survey = survey_of_cache(store);
  const RandomTimes times(survey, seed);
  Policy policy;
  policy.now_ns = survey.inventory.started_ns + 3600 * kSecond_ns;
  if (young) policy.min_age_ns = 2 * 3600 * kSecond_ns;
  const PullTimes no_pulls;
  const CacheFacts facts{survey, times.times(), no_pulls};
  const std::uint64_t all = evict(facts, {}, policy).bytes_before;
  const CacheLimits limits{all * percent / 100, std::nullopt};
  const Eviction eviction = evict(facts, limits, policy);
  RC_ASSERT(eviction.bytes_before == all);
  RC_ASSERT(all - eviction.bytes_after == collected_bytes(survey, eviction));
  RC_ASSERT(untouchable(survey.inventory, eviction.request).empty());
  // Without the last one the cache would still be too large.
  if (!eviction.images.empty())
    RC_ASSERT(eviction.bytes_after + eviction.images.back().bytes >
              *limits.max_bytes);
}

Eviction all_that_is_old(const StoreBuilder& store,
                         const std::vector<KnownTime>& of_tags) {
  const Survey survey = survey_of_cache(store);
  RepositoryTimes times;
  times.pushed = of_tags;
  times.revisions.assign(survey.inventory.repositories[0].revisions.size(), 1);
  Policy policy;
  policy.now_ns = survey.inventory.started_ns + 7200 * kSecond_ns;
  const PullTimes no_pulls;
  return evict({survey, {times}, no_pulls}, {std::nullopt, 1}, policy);
}

TEST(Eviction, AnImageWhoseTimesAreNotAllKnownStays) {
  StoreBuilder store;
  const Digest image = store.image("app", "v1", {"app"}).manifest;
  store.tag("app", "v2", image);
  EXPECT_EQ(all_that_is_old(store, {1, 1}).images.size(), 1u);
  EXPECT_TRUE(all_that_is_old(store, {1, std::nullopt}).images.empty());
  EXPECT_TRUE(all_that_is_old(store, {std::nullopt, 1}).images.empty());
}

TEST(Eviction, ATagOfNothingGoesByItsAgeAlone) {
  StoreBuilder store;
  store.tag("app", "v1", sha256("not fetched yet"));
  EXPECT_EQ(all_that_is_old(store, {1}).images.size(), 1u);
  const Survey survey = survey_of_cache(store);
  RepositoryTimes times;
  times.pushed = {1};
  const PullTimes no_pulls;
  Policy policy;
  policy.now_ns = survey.inventory.started_ns;
  store.blob("garbage");
  EXPECT_TRUE(evict({survey, {times}, no_pulls}, {0, std::nullopt}, policy)
                  .images.empty());
}

RC_GTEST_PROP(Eviction, FreesOfHealthyStoresWhatItSays, ()) {
  const auto program = *healthy_stores();
  compare_with_collection(
      program, *rc::gen::arbitrary<unsigned>(),
      *rc::gen::inRange(std::uint64_t{0}, std::uint64_t{101}),
      *rc::gen::arbitrary<bool>());
}

RC_GTEST_PROP(Eviction, FreesOfDamagedStoresWhatItSays, ()) {
  const auto program = *damaged_stores();
  compare_with_collection(
      program, *rc::gen::arbitrary<unsigned>(),
      *rc::gen::inRange(std::uint64_t{0}, std::uint64_t{101}),
      *rc::gen::arbitrary<bool>());
}

}  // namespace
}  // namespace dregs
