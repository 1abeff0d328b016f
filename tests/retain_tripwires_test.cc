// These tests follow docs/retention-rules.md#4: when `dregs retain` does not
// run, and when it refuses.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "gc/pulls/pull_times.h"
#include "tests/paths.h"
#include "tests/retention_run.h"

namespace dregs {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto kWithin =
    "version: 1\nrules:\n"
    "- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}\n";

class RetainTripwire : public testing::Test {
 protected:
  RetainTripwire() {
    store_.push("app", "old", 400);
    store_.push("app", "new", 1);
  }

  // Expects exit code 2, an unchanged store, and this text on stderr.
  void expect_error(const RetainRun& run, const std::string& words) {
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.err, HasSubstr(words));
    EXPECT_TRUE(store_.has(StoreBuilder::tag_path("app", "old")));
  }

  // Expects exit code 3, an unchanged store, and this text among the reasons.
  void expect_refusal(const RetainRun& run, const std::string& words) {
    EXPECT_EQ(run.exit_code, 3) << run.err;
    EXPECT_THAT(run.refused(), HasSubstr(words));
    EXPECT_TRUE(store_.has(StoreBuilder::tag_path("app", "old")));
  }

  AgedStore store_;
};

TEST_F(RetainTripwire, AnEmptyPolicyDoesNotRun) {
  expect_error(retain_by(store_, ""), "policy.yml:1:1: the policy is empty");
}

TEST_F(RetainTripwire, ALiteralNameThatDoesNotExistDoesNotRun) {
  expect_error(retain_by(store_,
                         "version: 1\nrules:\n- {repositories: [ap], tags: "
                         "['*'], keep: {within: 30d}}"),
               "rule 1: there is no repository 'ap'; did you mean 'app'?");
  expect_error(retain_by(store_,
                         "version: 1\nrules:\n- {repositories: [app], tags: "
                         "[nwe], keep: {within: 30d}}"),
               "rule 1: there is no tag 'nwe'; did you mean 'new'?");
  expect_error(
      retain_by(store_, fmt::format("{}protect: {{tags: [prod]}}", kWithin)),
      "protect: there is no tag 'prod'");
  expect_error(retain(store_, {"ap", "--keep-last", "1"}), "did you mean");
}

TEST_F(RetainTripwire, APolicyThatNamesNoTagDoesNotRun) {
  expect_error(retain_by(store_,
                         "version: 1\nrules:\n- {repositories: ['team/**'], "
                         "tags: ['*'], keep: {within: 30d}}"),
               "the policy names no tag that is here");
}

TEST_F(RetainTripwire, WithoutAPolicyRepositoriesAndRulesAreNeeded) {
  expect_error(retain(store_, {"--keep-last", "10"}), "say which repositories");
  expect_error(retain(store_, {"app"}), "say what stays");
  expect_error(retain(store_, {"app", "--keep-within", "3m"}),
               "--keep-within: '3m' could be minutes or months");
  expect_error(retain(store_, {"app", "--keep-last", "0"}), "--keep-last");
  expect_error(retain_by(store_, kWithin, {"--keep-last", "1"}),
               "--policy says what stays");
  expect_error(retain_by(store_, kWithin, {"app:old"}),
               "only repositories can be named");
}

TEST_F(RetainTripwire, AnInUseListThatIsEmptyIsRefused) {
  const std::string list = store_.file("list", R"({"items":[]})");
  expect_refusal(retain_by(store_, kWithin, {"--in-use", list}),
                 "the list of what is in use is empty");
}

TEST_F(RetainTripwire, AnInUseListThatIsOlderThanADayIsRefused) {
  const std::string list = store_.file("list", "app:new\n");
  EXPECT_EQ(retain_by(store_, kWithin, {"-n", "--in-use", list}).exit_code, 0);
  std::filesystem::last_write_time(
      list,
      std::filesystem::file_time_type::clock::now() - std::chrono::hours(25));
  expect_refusal(retain_by(store_, kWithin, {"--in-use", list}),
                 "older than a day");
}

TEST_F(RetainTripwire, AnInUseListOfAnotherRegistryIsRefused) {
  const std::string list = store_.file("list", "docker.io/library/nginx:1\n");
  expect_refusal(retain_by(store_, kWithin, {"--in-use", list}),
                 "names 1 image, and none of it is here, such as "
                 "docker.io/library/nginx:1");
}

TEST_F(RetainTripwire, AnInUseListThatIsNotThereDoesNotRun) {
  expect_error(retain_by(store_, kWithin, {"--in-use", "/nowhere"}),
               "/nowhere");
}

TEST_F(RetainTripwire, TheLastTagOfARepositoryDoesNotGo) {
  store_.push("web", "v1", 400);
  expect_refusal(retain_by(store_, kWithin),
                 "web would keep 0 of its 1 tags, fewer than min_kept: 1");
  const RetainRun lifted =
      retain_by(store_, fmt::format("{}min_kept: 0\n", kWithin));
  EXPECT_EQ(lifted.exit_code, 0) << lifted.err;
  EXPECT_FALSE(store_.has(StoreBuilder::tag_path("web", "v1")));
}

TEST_F(RetainTripwire, ASignatureIsNoTagThatIsLeft) {
  const BuiltImage image = store_.push("web", "v1", 400);
  store_.push("sig", "v1", 1);
  store_.tag_aged("web", fmt::format("sha256-{}.sig", std::string(64, 'a')),
                  image.manifest, 1);
  expect_refusal(retain_by(store_, kWithin), "web would keep 0 of its 1 tags");
}

TEST_F(RetainTripwire, MoreThanHalfOfAllTagsDoNotGoUnasked) {
  store_.push("app", "older", 401);
  expect_refusal(retain(store_, {"app", "--keep-within", "30d"}),
                 "2 of 3 tags would go, 66.7 %, more than --max-delete 50");
  const RetainRun dry = retain(store_, {"app", "--keep-within", "30d", "-n"});
  EXPECT_EQ(dry.exit_code, 3);
  EXPECT_EQ(dry.report["totals"]["tags_removed"], 2);
  EXPECT_THAT(dry.report["refused"][0]["way_out"].get<std::string>(),
              HasSubstr("--max-delete 67"));
  EXPECT_EQ(
      retain(store_, {"app", "--keep-within", "30d", "--max-delete", "67"})
          .exit_code,
      0);
}

class RetainLostTimes : public testing::Test {
 protected:
  // A copy without times leaves this: everything was written 40 days ago.
  RetainLostTimes() {
    for (int month = 1; month <= 24; ++month)
      store_.push_created("app", fmt::format("b{}", month), 40,
                          fmt::format("20{}-{:02}-01T00:00:00Z",
                                      20 + month / 12, 1 + month % 12));
    store_.push("app", "new", 1);
  }
  AgedStore store_;
};

TEST_F(RetainLostTimes, AreRefusedWithTheWayOut) {
  const RetainRun run = retain_by(store_, kWithin);
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.refused(), HasSubstr("the times of their pushes are lost"));
  EXPECT_THAT(run.report["refused"][0]["way_out"].get<std::string>(),
              HasSubstr("time: created"));
  EXPECT_TRUE(store_.has(StoreBuilder::tag_path("app", "b1")));
}

TEST_F(RetainLostTimes, DoNotMatterWhereCreatedDecides) {
  const RetainRun run = retain_by(
      store_,
      "version: 1\nrules:\n- {repositories: ['**'], tags: ['b*'], time: "
      "created, keep: {last: 20}}");
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.removed_tags().size(), 4U);
}

TEST_F(RetainLostTimes, ABurstOfPushesThatWereMadeThenIsNone) {
  AgedStore store;
  for (int n = 0; n < 30; ++n)
    store.push_created("app", fmt::format("b{}", n), 40,
                       fmt::format("2020-01-0{}T00:00:00Z", 1 + n % 5));
  store.push("app", "new", 1);
  const RetainRun run = retain_by(store, kWithin);
  EXPECT_EQ(run.exit_code, 0) << run.err << run.refused();
}

class RetainPulls : public RetainTripwire {
 protected:
  // Runs with a pull state that begins so many days ago.
  RetainRun run(int days, const std::vector<std::string>& pulled,
                const std::vector<std::string>& words = {}) {
    PullTimes pulls;
    const std::int64_t now_s = std::time(nullptr);
    pulls.note_known_since(now_s - days * 86'400);
    for (const std::string& reference : pulled)
      pulls.note_pull("app", reference, now_s - 86'400);
    const std::string state = store_.file("pulls.json", pulls_text(pulls));
    return retain_by(store_,
                     fmt::format("version: 1\nrules:\n- {{repositories: ['**'],"
                                 " tags: ['*'], keep: {{pulled_within: 90d}}}}"
                                 "\npulls: {{state: {}}}\n",
                                 state),
                     words);
  }
};

TEST_F(RetainPulls, WhatWasPulledLatelyStays) {
  store_.push("app", "older", 500);
  const RetainRun dry = run(100, {"old"});
  EXPECT_EQ(dry.exit_code, 0) << dry.err << dry.refused();
  EXPECT_EQ(dry.removed_tags(), std::set<std::string>{"app:older"});
  EXPECT_EQ(dry.reason("app:old"), "rule 1: pulled within 90d");
  EXPECT_EQ(dry.reason("app:new"), "rule 1: pushed within 90d");
  EXPECT_FALSE(dry.tag("app:old")["pulled"].is_null());
}

TEST_F(RetainPulls, ADigestCountsForAllTagsThatReachIt) {
  const BuiltImage child = store_.push("app", "", 400);
  store_.index("app", "multi", {child.manifest});
  store_.set_days(StoreBuilder::tag_path("app", "multi"), 400);
  const RetainRun dry = run(100, {child.manifest.to_string()}, {"-n"});
  EXPECT_EQ(dry.removed_tags(), std::set<std::string>{"app:old"});
}

TEST_F(RetainPulls, ALogThatIsShorterThanItsRuleIsRefused) {
  expect_refusal(run(89, {"old"}),
                 "rule 1 asks for what was pulled within 90d, and pulls are "
                 "known for 89.0 days only");
}

TEST_F(RetainPulls, AStateThatIsNotThereDoesNotRun) {
  expect_error(retain_by(store_,
                         "version: 1\nrules:\n- {repositories: ['**'], tags: "
                         "['*'], keep: {pulled_within: 90d}}\n"
                         "pulls: {state: /nowhere}\n"),
               "/nowhere");
}

TEST_F(RetainTripwire, StdinIsAListToo) {
  const ProgramResult run = run_program(
      {"sh", "-c",
       fmt::format("echo app:old | {} retain app --keep-within 30d --in-use - "
                   "-n --list --root {}",
                   kDregsProgram, store_.root().string())});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("in use: app:old"));
}

}  // namespace
}  // namespace dregs
