// Random damaged stores, and a real registry over each before and after a run:
// what was served is served. A few here; tests/fuzz_served tries thousands.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/shrinkable/Operations.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "tests/pushed_images.h"
#include "tests/served_trial.h"

namespace dregs {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kSize = 100;  // rapidcheck's measure of how large things get

unsigned long number_from(const char* variable, unsigned long otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::strtoul(text, nullptr, 10) : otherwise;
}

std::string text_from(const char* variable) {
  const char* text = std::getenv(variable);
  return text != nullptr ? text : "";
}

// The damages' mounts are nobody else's and end with this process.
void leave_the_mounts_of_others() {
  if (geteuid() == 0 && unshare(CLONE_NEWNS) == 0)
    mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
}

rc::Shrinkable<ServedTrial> trial_of(unsigned long seed) {
  return served_trials()(rc::Random(seed), kSize);
}

// The smallest store found within a minute that fails in the same way.
ServedTrial shrink(const rc::Shrinkable<ServedTrial>& trial,
                   const std::string& kind) {
  const auto end = Clock::now() +
                   std::chrono::seconds(number_from("DREGS_SERVED_SHRINK", 60));
  return rc::shrinkable::findLocalMin(trial,
                                      [&](const ServedTrial& smaller) {
                                        if (Clock::now() > end) return false;
                                        TrialCount count;
                                        const auto problem =
                                            try_store(smaller, count);
                                        return problem && problem->kind == kind;
                                      })
      .first;
}

class ServedStores : public testing::Test {
 protected:
  void try_seed(unsigned long seed) {
    const auto trial = trial_of(seed);
    TrialCount count;
    const auto problem =
        try_store(trial.value(), count, text_from("DREGS_SERVED_LOOK"));
    ++tried;
    served += count.served;
    promised += count.promised;
    removed += count.removed;
    ++ended_with[count.exit_code];
    if (!problem) return;
    const ServedTrial smallest = shrink(trial, problem->kind);
    const auto smaller = try_store(smallest, count);
    ADD_FAILURE() << "seed " << seed
                  << "; again with: tests/fuzz_served --seed " << seed << '\n'
                  << (smaller ? *smaller : *problem).story;
  }

  void print_counts() const {
    std::printf("%zu stores; %zu answers, %zu promised; %zu files removed;",
                tried, served, promised, removed);
    for (const auto& [code, times] : ended_with)
      std::printf(" exit code %d: %zu", code, times);
    std::printf("\n");
  }

  std::size_t tried = 0;
  std::size_t served = 0;
  std::size_t promised = 0;
  std::size_t removed = 0;
  std::map<int, std::size_t> ended_with;
};

TEST_F(ServedStores, AreServedAfterwardsByteForByte) {
  if (!has_registry_and_client())
    GTEST_SKIP() << "docker-registry or skopeo is not installed";
  leave_the_mounts_of_others();
  const auto end = Clock::now() + std::chrono::seconds(number_from(
                                      "DREGS_SERVED_SECONDS", 3600));
  const unsigned long first = number_from("DREGS_SERVED_SEED", 1);
  const unsigned long stores = number_from("DREGS_SERVED_STORES", 12);
  for (unsigned long i = 0; i < stores && Clock::now() < end; ++i)
    try_seed(first + i);
  print_counts();
  EXPECT_GT(served, 0U);
}

}  // namespace
}  // namespace dregs
