// These properties hold for every registry and every policy. Random stores try
// them.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "gc/decide/survey_after.h"
#include "gc/mark/closure.h"
#include "gc/retention/decide.h"
#include "gc/retention/freed_by_rules.h"
#include "gc/retention/rule_verdicts.h"
#include "gc/saved/decide_within.h"
#include "gc/survey/take_survey.h"
#include "tests/random_store.h"
#include "tests/retention_run.h"

namespace dregs {
namespace {

constexpr std::int64_t kDay_ns = 86'400LL * 1'000'000'000;
constexpr std::int64_t kNow_ns = 20'000 * kDay_ns;

// Holds the parts of a policy that the properties vary. 0 leaves a part out.
struct PolicyWords {
  unsigned last = 0;
  unsigned within_days = 1;
  unsigned expire_days = 0;
  unsigned revisions = 0;
  unsigned untagged_days = 0;
  unsigned protect = 0;  // tags whose names end in a digit up to this
  bool orphans = false;
};

RetentionPolicy policy_of_words(const PolicyWords& words) {
  const auto days = [](unsigned n) { return Age{n * kDay_ns, "days"}; };
  RetentionPolicy policy;
  policy.protected_tags = {NamePattern("latest")};
  for (unsigned digit = 0; digit < words.protect; ++digit)
    policy.protected_tags.emplace_back(fmt::format("*{}", digit));
  TagRule rule;
  rule.repositories = {NamePattern("**")};
  rule.tags = {NamePattern("*")};
  rule.keep.emplace();
  if (words.last != 0) rule.keep->last = words.last;
  rule.keep->within = days(words.within_days);
  if (words.expire_days != 0) rule.expire = days(words.expire_days);
  policy.rules = {rule};
  if (words.revisions + words.untagged_days != 0) {
    UntaggedRule untagged;
    untagged.repositories = rule.repositories;
    untagged.revisions = words.revisions;
    if (words.untagged_days != 0) untagged.within = days(words.untagged_days);
    policy.untagged = {untagged};
  }
  policy.remove_orphans = words.orphans;
  return policy;
}

Survey survey_of(const StoreBuilder& store) {
  const int v2 = open(store.v2().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const StopRequest stop;
  SurveyProgress progress;
  Survey survey = take_survey(v2, false, stop, progress);
  close(v2);
  return survey;
}

// Makes a time from the name alone. It is the same before and after a removal,
// and it has ties.
KnownTime time_by_name(const std::string& name) {
  return kNow_ns -
         static_cast<std::int64_t>(std::hash<std::string>()(name) % 30) *
             kDay_ns;
}

StoreTimes times_by_names(const Survey& survey) {
  StoreTimes times;
  for (const Repository& repository : survey.inventory.repositories) {
    RepositoryTimes& one = times.emplace_back();
    for (const Tag& tag : repository.tags)
      one.pushed.push_back(time_by_name(tag.name));
    for (const Digest& digest : repository.revisions)
      one.revisions.push_back(time_by_name(digest.hex()));
    for (const HistoryEntry& entry : repository.history)
      one.history.push_back(time_by_name(entry.digest.hex()));
  }
  return times;
}

struct Decided {
  RequestedRemoval request;
  std::set<std::string> goes;  // "REPO:TAG" and "REPO@DIGEST"
};

Decided decided(const Survey& survey, const PolicyWords& words) {
  const RetentionPolicy policy = policy_of_words(words);
  const StoreTimes times = times_by_names(survey);
  const UsedImages used = find_used(survey, {});
  const PullTimes pulls;
  const RetentionInput input{survey, policy, times, used, pulls, kNow_ns};
  Decided all{removal_of(decide(input)), {}};
  for (const auto& [i, parts] : all.request) {
    const Repository& repository = survey.inventory.repositories[i];
    for (const std::uint32_t t : parts.tags)
      all.goes.insert(tag_name(repository.name, repository.tags[t].name));
    for (const Digest& digest : parts.manifests)
      all.goes.insert(
          fmt::format("{}@{}", repository.name, digest.to_string()));
  }
  return all;
}

void expect_no_more(const Decided& less, const Decided& more) {
  for (const std::string& name : less.goes) RC_ASSERT(more.goes.contains(name));
}

PolicyWords any_words() {
  PolicyWords words;
  words.last = *rc::gen::inRange(0U, 4U);
  words.within_days = *rc::gen::inRange(1U, 30U);
  words.expire_days = *rc::gen::element(0U, 0U, 25U);
  words.revisions = *rc::gen::inRange(0U, 3U);
  words.untagged_days = *rc::gen::element(0U, 5U, 20U);
  words.protect = *rc::gen::inRange(0U, 3U);
  words.orphans = *rc::gen::arbitrary<bool>();
  return words;
}

// Checks the closure of what stays. It does not repeat how the decision was
// made.
void expect_whole(const Survey& survey, const RequestedRemoval& request) {
  const AliasIndex aliases(survey.inventory, survey.graph);
  Closure closure(survey.inventory, survey.graph, aliases);
  for (const auto& [i, parts] : request) {
    const RepositoryIds& ids = survey.graph.repository(i);
    const Repository& repository = survey.inventory.repositories[i];
    closure.start(i);
    for (std::uint32_t t = 0; t < ids.tags.size(); ++t)
      if (!parts.tags.contains(t)) closure.add_manifest(ids.tags[t]);
    for (std::size_t r = 0; r < ids.revisions.size(); ++r)
      if (!parts.manifests.contains(repository.revisions[r]))
        closure.add_manifest(ids.revisions[r]);
    for (std::size_t r = 0; r < ids.revisions.size(); ++r)
      RC_ASSERT(!closure.reached(ids.revisions[r]) ||
                !parts.manifests.contains(repository.revisions[r]));
  }
  RC_ASSERT(harm_of(survey, request).empty());
}

void build_any(StoreBuilder& store) {
  build(store,
        *(*rc::gen::arbitrary<bool>() ? served_stores() : damaged_stores()));
}

RC_GTEST_PROP(RetainProperty, WhatStaysNeedsNothingThatGoes, ()) {
  StoreBuilder store;
  build_any(store);
  const Survey survey = survey_of(store);
  expect_whole(survey, decided(survey, any_words()).request);
}

RC_GTEST_PROP(RetainProperty, ABiggerFloorNeverRemovesMore, ()) {
  StoreBuilder store;
  build_any(store);
  const Survey survey = survey_of(store);
  const PolicyWords words = any_words();
  PolicyWords bigger = words;
  if (words.last != 0) bigger.last += *rc::gen::inRange(0U, 3U);
  bigger.within_days += *rc::gen::inRange(0U, 9U);
  if (words.untagged_days != 0) bigger.untagged_days += 3;
  expect_no_more(decided(survey, bigger), decided(survey, words));
}

RC_GTEST_PROP(RetainProperty, AFurtherFloorNeverRemovesMore, ()) {
  StoreBuilder store;
  build_any(store);
  const Survey survey = survey_of(store);
  PolicyWords words = any_words();
  PolicyWords further = words;
  words.last = 0;
  expect_no_more(decided(survey, further), decided(survey, words));
}

RC_GTEST_PROP(RetainProperty, AFurtherProtectionNeverRemovesMore, ()) {
  StoreBuilder store;
  build_any(store);
  const Survey survey = survey_of(store);
  const PolicyWords words = any_words();
  PolicyWords more = words;
  more.protect += *rc::gen::inRange(1U, 4U);
  expect_no_more(decided(survey, more), decided(survey, words));
}

RC_GTEST_PROP(RetainProperty, ASecondRunRemovesNothing, ()) {
  StoreBuilder store;
  build_any(store);
  const Survey survey = survey_of(store);
  const PolicyWords words = any_words();
  const Survey after = survey_after(survey, decided(survey, words).request);
  const Decided again = decided(after, words);
  if (!again.goes.empty()) RC_LOG() << *again.goes.begin();
  RC_ASSERT(again.goes.empty());
}

// Returns a saved plan that names any part of what goes.
SavedPlan any_part_of(const Plan& plan, const Inventory& inventory) {
  SavedPlan saved;
  const unsigned left_out = *rc::gen::inRange(0U, 3U);
  for (const Removal& removal : plan.removals)
    if (left_out == 0 || *rc::gen::inRange(0U, 4U) >= left_out)
      saved.removals.push_back(planned(removal, inventory));
  std::sort(saved.removals.begin(), saved.removals.end());
  return saved;
}

RC_GTEST_PROP(RetainProperty, UnderASavedPlanOnlyWhatItNamesGoes, ()) {
  StoreBuilder store;
  build_any(store);
  const Survey survey = survey_of(store);
  const RetentionPolicy policy = policy_of_words(any_words());
  const StoreTimes times = times_by_names(survey);
  const UsedImages used = find_used(survey, {});
  const PullTimes pulls;
  const RetentionInput input{survey, policy, times, used, pulls, kNow_ns};
  const RequestedRemoval fresh = removal_of(decide(input));
  const Plan all = plan_removal(survey.inventory, fresh);
  const SavedPlan saved = any_part_of(all, survey.inventory);
  const RequestedRemoval bound = removal_of(decide_within(saved, input, fresh));
  const Plan plan = plan_removal(survey.inventory, bound);
  for (const Removal& removal : plan.removals)
    RC_ASSERT(is_in(saved, removal, survey.inventory));
  RC_ASSERT(intersection(plan, all).removals.size() == plan.removals.size());
  expect_whole(survey, bound);
  if (saved.removals.size() == all.removals.size())
    RC_ASSERT(plan.removals.size() == all.removals.size());
}

RC_GTEST_PROP(RetainProperty, WhatRulesFreeIsWhatIsFreedThen, ()) {
  StoreBuilder store;
  build_any(store);
  const Survey survey = survey_of(store);
  const PolicyWords words = any_words();
  const RetentionPolicy policy = policy_of_words(words);
  const StoreTimes times = times_by_names(survey);
  const UsedImages used = find_used(survey, {});
  const PullTimes pulls;
  const RetentionInput input{survey, policy, times, used, pulls, kNow_ns};
  const RetentionDecision decision = decide(input);
  Policy gc;
  gc.now_ns = kNow_ns;
  const FreedByRules freed = freed_by_rules(input, decision, gc);
  const auto blob_bytes = [&](const Survey& of) {
    const MarkSet marks = mark(of.inventory, of.graph, of.diagnosis.pins, gc);
    return planned_totals(of.inventory, marks,
                          gc)[static_cast<std::size_t>(RemovalKind::blob)]
        .bytes;
  };
  RC_ASSERT(blob_bytes(survey) + freed.all() ==
            blob_bytes(survey_after(survey, removal_of(decision))));
  if (!words.orphans && words.revisions + words.untagged_days == 0)
    RC_ASSERT(freed.all() == freed.rules[0]);
}

RC_GTEST_PROP(RetainProperty, TheOrderOfTagsChangesNothing, ()) {
  TagRule rule = policy_of_words(any_words()).rules[0];
  std::vector<JudgedTag> tags;
  const unsigned count = *rc::gen::inRange(0U, 12U);
  for (unsigned n = 0; n < count; ++n) {
    JudgedTag tag;
    tag.name = fmt::format("t{}", n);
    tag.group = fmt::format("{}", *rc::gen::inRange(0, 2));
    tag.manifest = *rc::gen::inRange(0U, 6U);
    tag.manifest_protected = tag.manifest == 5;
    tag.pushed = tag.time = time_by_name(tag.name);
    tags.push_back(tag);
  }
  std::vector<JudgedTag> turned = tags;
  std::reverse(turned.begin(), turned.end());
  const std::vector<TagVerdict> one = judge(rule, tags, kNow_ns);
  std::vector<TagVerdict> other = judge(rule, turned, kNow_ns);
  std::reverse(other.begin(), other.end());
  for (std::size_t i = 0; i < one.size(); ++i)
    RC_ASSERT(one[i].goes == other[i].goes);
}

void expect_dry_run_names_what_goes(const StoreProgram& program) {
  StoreBuilder store;
  build(store, program);
  for (const auto& each :
       std::filesystem::recursive_directory_iterator(store.v2()))
    if (const std::string path = each.path().lexically_relative(store.v2());
        each.path().filename() == "link")
      store.set_age(
          path, std::chrono::hours(24 * (std::hash<std::string>()(path) % 30)));
  const std::vector<std::string> words = {"**",
                                          "--keep-last",
                                          "1",
                                          "--keep-within",
                                          "9d",
                                          "--gc",
                                          "--max-delete",
                                          "100",
                                          "--min-kept",
                                          "0",
                                          "--list",
                                          "--allow-empty",
                                          "--keep-revisions",
                                          "1"};
  std::vector<std::string> dry_words = words;
  dry_words.emplace_back("-n");
  const RetainRun dry = retain(store, dry_words);
  const RetainRun run = retain(store, words);
  EXPECT_EQ(run.exit_code, dry.exit_code) << run.err;
  if (run.exit_code == 2) return;  // there is nothing that could be named
  for (const char* part : {"tags", "manifests", "totals", "frees"})
    EXPECT_EQ(run.report[part], dry.report[part]) << run.err;
  if (run.exit_code > 1) return;
  for (const auto& tag : run.report["tags"])
    EXPECT_NE(
        store.has(StoreBuilder::tag_folder(tag["repository"], tag["tag"])),
        tag["removed"].get<bool>());
  EXPECT_TRUE(retain(store, words).removed_tags().empty());
}

TEST(RetainRandomRun, ADryRunNamesWhatTheRunRemoves) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    expect_dry_run_names_what_goes(
        healthy_stores()(rc::Random(seed), 40).value());
  }
}

}  // namespace
}  // namespace dregs
