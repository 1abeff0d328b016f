#include "cli/arguments/deadline.h"

#include <gtest/gtest.h>

#include <ctime>

#include "tests/gc_run.h"

namespace dregs {
namespace {

using Clock = std::chrono::system_clock;

Clock::time_point at(int hour, int minute) {
  std::tm parts{};
  parts.tm_year = 126;
  parts.tm_mday = 15;
  parts.tm_hour = hour;
  parts.tm_min = minute;
  parts.tm_isdst = -1;
  return Clock::from_time_t(std::mktime(&parts));
}

TEST(Deadline, ATimeOfDayIsTheNextOneThatTheClockShows) {
  using std::chrono::minutes;
  EXPECT_EQ(parse_deadline("06:00", at(4, 30)), at(6, 0));
  EXPECT_EQ(parse_deadline("6:00", at(22, 0)), at(22, 0) + minutes(8 * 60));
  EXPECT_EQ(parse_deadline("6:00", at(6, 0)), at(6, 0) + minutes(24 * 60));
}

TEST(Deadline, ASpanCountsFromNow) {
  using std::chrono::seconds;
  EXPECT_EQ(parse_deadline("90m", at(4, 30)), at(6, 0));
  EXPECT_EQ(parse_deadline("1d", at(4, 30)), at(4, 30) + seconds(86'400));
}

TEST(Deadline, WhatIsNeitherIsRefused) {
  for (const char* text : {"", "m", "24:00", "6:60", "6:5", "-1h", "1", "1 h"})
    EXPECT_FALSE(parse_deadline(text, at(4, 30))) << text;
}

// Each removal takes a tenth of a second, so that there is something to cut.
TEST(Deadline, EndsASweepCleanlyAndTheNextRunFinishes) {
  if (!can_trace()) GTEST_SKIP() << "strace may not trace here";
  StoreBuilder store;
  store.image("app", "v1", {"app"});
  for (int i = 0; i < 30; ++i) store.blob("garbage " + std::to_string(i));
  const GcRun cut =
      run_gc(store, {"--deadline", "2s", "-j", "1"},
             {"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=unlinkat",
              "-e", "inject=unlinkat:delay_enter=100000"});
  EXPECT_EQ(cut.exit_code, 4) << cut.report.dump(2);
  EXPECT_LT(cut.report["blobs"]["removed"], 30);
  const GcRun rest = run_gc(store, {"--deadline", "1h"});
  EXPECT_EQ(rest.exit_code, 0);
  EXPECT_EQ(rest.report["blobs"]["live"], 3);
  EXPECT_EQ(rest.report["blobs"]["kept"], 0);
}

}  // namespace
}  // namespace dregs
