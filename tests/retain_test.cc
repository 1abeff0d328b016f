// These tests follow docs/retention-rules.md from 3.1 to 3.5, sentence by
// sentence.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gc/facts/repository_images.h"
#include "tests/gc_run.h"
#include "tests/retention_run.h"

namespace dregs {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::string rules(const std::string& lines) {
  return fmt::format("version: 1\nrules:\n{}", lines);
}

// --- 1. Protected, then the first rule, then kept.

TEST(Retain, WhatIsProtectedStaysWhateverARuleSays) {
  AgedStore store;
  store.push("app", "latest", 400);
  store.push("app", "v1", 400);
  store.push("app", "v2", 1);
  const RetainRun run = retain_by(
      store,
      rules("- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}"));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["schema"], "dregs.retain/1");
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:v1"));
  EXPECT_EQ(run.reason("app:latest"), "protected: latest");
  EXPECT_EQ(run.reason("app:v1"), "rule 1: older than 30d");
  EXPECT_FALSE(store.has(StoreBuilder::tag_folder("app", "v1")));
  EXPECT_TRUE(store.has(StoreBuilder::tag_path("app", "latest")));
}

TEST(Retain, TheFirstRuleThatNamesATagDecides) {
  AgedStore store;
  store.push("app", "v1-rc1", 20);
  store.push("app", "v1", 20);
  store.push("app", "v2", 1);
  const RetainRun run = retain_by(
      store,
      rules("- {repositories: ['**'], tags: ['/-rc/'], keep: {within: 90d}}\n"
            "- {repositories: ['**'], tags: ['*'], keep: {within: 7d}}"));
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:v1"));
  EXPECT_EQ(run.tag("app:v1-rc1")["rule"], 1);
  EXPECT_EQ(run.tag("app:v1")["rule"], 2);
}

TEST(Retain, WhatNoRuleNamesStays) {
  AgedStore store;
  store.push("app", "other", 4000);
  store.push("app", "pr-1", 4000);
  store.push("elsewhere", "pr-1", 4000);
  const RetainRun run = retain_by(
      store, rules("- {repositories: [app], tags: ['pr-*'], keep: {within: "
                   "30d}}"));
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:pr-1"));
  EXPECT_EQ(run.reason("app:other"), "no rule");
  EXPECT_EQ(run.reason("elsewhere:pr-1"), "no rule");
  EXPECT_TRUE(run.tag("app:other")["rule"].is_null());
}

// --- 2. Floors are united; expire is the one ceiling.

TEST(Retain, EachFloorCanOnlyKeepMore) {
  AgedStore store;
  for (int day = 1; day <= 5; ++day)
    store.push("app", fmt::format("b{}", day), day * 10);
  const RetainRun run = retain_by(
      store,
      rules("- {repositories: ['**'], tags: ['*'], keep: {last: 1, within: "
            "25d}}"),
      {"-n"});
  EXPECT_THAT(run.kept_tags(), UnorderedElementsAre("app:b1", "app:b2"));
  EXPECT_EQ(run.reason("app:b1"), "rule 1: last 1 of 5");
  EXPECT_EQ(run.reason("app:b2"), "rule 1: younger than 25d");
  EXPECT_EQ(run.reason("app:b3"),
            "rule 1: not among the last 1 of 5, older than 25d");
}

TEST(Retain, ExpireBeatsFloorsAndNeverAProtection) {
  AgedStore store;
  store.push("app", "latest", 10);
  store.push("app", "b1", 10);
  store.push("app", "b2", 1);
  const RetainRun run = retain_by(
      store,
      rules("- {repositories: ['**'], tags: ['*'], keep: {last: 3}, expire: "
            "100h}"));
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:b1"));
}

TEST(Retain, WithExpireAloneTheYoungerStay) {
  AgedStore store;
  store.push("app", "b1", 10);
  store.push("app", "b2", 1);
  const RetainRun run = retain_by(
      store, rules("- {repositories: ['**'], tags: ['*'], expire: 100h}"));
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:b1"));
  EXPECT_EQ(run.reason("app:b2"), "rule 1: younger than 100h");
}

// --- 3. `last` counts manifests, per repository and group.

TEST(Retain, LastCountsManifestsAndNotTags) {
  AgedStore store;
  const BuiltImage newest = store.push("app", "c", 1);
  store.tag_aged("app", "c-again", newest.manifest, 2);
  store.tag_aged("app", "c-and-again", newest.manifest, 400);
  store.push("app", "b", 3);
  store.push("app", "a", 4);
  const RetainRun run = retain_by(
      store, rules("- {repositories: ['**'], tags: ['*'], keep: {last: 2}}"));
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:a"));
}

TEST(Retain, LastCountsInEachRepository) {
  AgedStore store;
  for (const char* repository : {"one", "two"})
    for (int day = 1; day <= 3; ++day)
      store.push(repository, fmt::format("b{}", day), day);
  const RetainRun run = retain_by(
      store, rules("- {repositories: ['**'], tags: ['*'], keep: {last: 2}}"));
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("one:b3", "two:b3"));
}

TEST(Retain, LastCountsInEachGroup) {
  AgedStore store;
  store.push("app", "env1-a", 3);
  store.push("app", "env1-b", 2);
  store.push("app", "env2-a", 400);
  store.push("app", "other", 500);
  const RetainRun run = retain_by(
      store,
      rules("- {repositories: ['**'], tags: ['/^(env\\d+)-/'], per: '$1', "
            "keep: {last: 1}}"));
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:env1-a"));
}

TEST(Retain, WhatIsProtectedTakesNoPlaceAmongTheLast) {
  AgedStore store;
  const BuiltImage newest = store.push("app", "b4", 1);
  store.tag_aged("app", "latest", newest.manifest, 1);
  for (int day = 2; day <= 4; ++day)
    store.push("app", fmt::format("b{}", 5 - day), day);
  const RetainRun run = retain_by(
      store, rules("- {repositories: ['**'], tags: ['*'], keep: {last: 2}}"));
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:b1"));
  EXPECT_THAT(run.reason("app:b4"), HasSubstr("protected"));
}

TEST(Retain, AllTagsOfTheRuleOnAKeptManifestStay) {
  AgedStore store;
  const BuiltImage image = store.push("app", "new", 1);
  store.tag_aged("app", "same-image", image.manifest, 400);
  store.push("app", "old", 400);
  const RetainRun run = retain_by(
      store,
      rules("- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}"));
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:old"));
}

// --- 4. The manifest of a removed tag goes only where nothing needs it.

TEST(Retain, WithGcTheBytesOfAnUnneededManifestGo) {
  AgedStore store;
  const BuiltImage old = store.push("app", "old", 400);
  store.push("app", "new", 1);
  const std::string policy =
      rules("- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}");
  const RetainRun dry = retain_by(store, policy, {"-n", "--gc"});
  const RetainRun run = retain_by(store, policy, {"--gc"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_GT(run.report["frees"], 0);
  EXPECT_EQ(run.report["frees"], dry.report["frees"]);
  EXPECT_EQ(run.report["totals"], dry.report["totals"]);
  EXPECT_FALSE(store.has_blob(old.manifest));
  EXPECT_FALSE(store.has_blob(old.layers[1]));
  EXPECT_TRUE(store.has_blob(old.layers[0]));
  EXPECT_EQ(run_gc(store, {"-n", "-m"}).report["bytes_freed"], 0);
}

TEST(Retain, AManifestThatAnotherTagNamesStays) {
  AgedStore store;
  const BuiltImage image = store.push("app", "pr-1", 400);
  store.tag_aged("app", "release", image.manifest, 400);
  const RetainRun run = retain_by(
      store,
      rules("- {repositories: ['**'], tags: ['pr-*'], keep: {within: 30d}}"),
      {"--gc"});
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:pr-1"));
  EXPECT_THAT(run.removed_manifests(), IsEmpty());
  EXPECT_EQ(run.report["manifests"][0]["reason"], "tag release stays");
  EXPECT_TRUE(store.has_blob(image.manifest));
}

TEST(Retain, AManifestThatAKeptIndexNeedsStays) {
  AgedStore store;
  const BuiltImage amd = store.push("app", "1-amd64", 400);
  store.index("app", "1", {amd.manifest});
  store.push("app", "old", 400);
  const RetainRun run = retain_by(
      store,
      rules("- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}"),
      {"--gc"});
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:old"));
  EXPECT_EQ(run.tag("app:1-amd64")["decision"], "follows");
  EXPECT_TRUE(store.has_blob(amd.manifest));
}

TEST(Retain, WhatWasUntaggedBeforeIsNotTouched) {
  AgedStore store;
  const BuiltImage untagged = store.push("app", "", 400);
  store.push("app", "old", 400);
  store.push("app", "new", 1);
  retain_by(store,
            rules("- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}"),
            {"--gc"});
  EXPECT_TRUE(store.has_blob(untagged.manifest));
}

TEST(Retain, UntaggedRulesLetGoWhatWasUntaggedBefore) {
  AgedStore store;
  const BuiltImage old = store.push("app", "", 400);
  const BuiltImage young =
      store.push("app", "", 1, {.created_by = "someone else"});
  store.push("app", "v1", 400);
  const RetainRun run = retain_by(
      store,
      "version: 1\nuntagged:\n- {repositories: ['**'], keep: {within: 7d}}",
      {"--gc"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.removed_tags(), IsEmpty());
  EXPECT_FALSE(store.has_blob(old.manifest));
  EXPECT_TRUE(store.has_blob(young.manifest));
}

// --- 5. Children, signatures and referrers follow.

TEST(Retain, ChildrenOfAnIndexAreNotCountedAndGoWithIt) {
  AgedStore store;
  std::vector<BuiltImage> children;
  for (int n = 1; n <= 3; ++n) {
    children.push_back(store.push("app", "", n * 10,
                                  {.created_by = fmt::format("child {}", n)}));
    const std::string tag = fmt::format("v{}", n);
    store.index("app", tag, {children.back().manifest});
    store.set_days(StoreBuilder::tag_path("app", tag), n * 10);
  }
  const RetainRun run = retain_by(
      store, rules("- {repositories: ['**'], tags: ['*'], keep: {last: 2}}"),
      {"--gc"});
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:v3"));
  EXPECT_TRUE(store.has_blob(children[1].manifest));
  EXPECT_FALSE(store.has_blob(children[2].manifest));
}

TEST(Retain, ATaggedChildIsNoCandidateAsLongAsItsIndexStays) {
  AgedStore store;
  const BuiltImage child = store.push("app", "1-arm64", 400);
  store.index("app", "1", {child.manifest});
  store.push("app", "0-arm64", 300);
  const RetainRun run = retain_by(
      store, rules("- {repositories: ['**'], tags: ['*-*'], keep: {last: 1}}"),
      {"-n"});
  EXPECT_THAT(run.removed_tags(), IsEmpty());
}

TEST(Retain, ATaggedChildLeavesWithItsIndex) {
  AgedStore store;
  const BuiltImage child = store.push("app", "pr-1-arm64", 400);
  store.index("app", "pr-1", {child.manifest});
  store.set_days(StoreBuilder::tag_path("app", "pr-1"), 400);
  store.push("app", "v1", 400);
  const RetainRun run = retain_by(
      store,
      rules("- {repositories: ['**'], tags: ['pr-*'], keep: {within: 30d}}"),
      {"--gc"});
  EXPECT_THAT(run.removed_tags(),
              UnorderedElementsAre("app:pr-1", "app:pr-1-arm64"));
  EXPECT_FALSE(store.has_blob(child.manifest));
}

TEST(Retain, ATaggedChildThatNoRuleNamesOutlivesItsIndex) {
  AgedStore store;
  const BuiltImage release = store.push("app", "v1-arm64", 400);
  store.index("app", "nightly", {release.manifest});
  store.set_days(StoreBuilder::tag_path("app", "nightly"), 400);
  const RetainRun run = retain_by(
      store,
      rules("- {repositories: ['**'], tags: ['night*'], keep: {within: 30d}}"),
      {"--gc"});
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:nightly"));
  EXPECT_EQ(run.reason("app:v1-arm64"), "no rule");
  EXPECT_TRUE(store.has_blob(release.manifest));
}

TEST(Retain, SignaturesAreNotCountedAndLeaveWithTheirImage) {
  AgedStore store;
  std::vector<BuiltImage> images;
  for (int n = 1; n <= 3; ++n) {
    images.push_back(store.push("app", fmt::format("v{}", n), n));
    store.cosign_signature("app", images.back().manifest);
  }
  const RetainRun run = retain_by(
      store, rules("- {repositories: ['**'], tags: ['*'], keep: {last: 2}}"),
      {"--gc"});
  const auto signature = [&](std::size_t n) {
    return fmt::format("sha256-{}.sig", images[n].manifest.hex());
  };
  EXPECT_THAT(run.removed_tags(),
              UnorderedElementsAre("app:v3", "app:" + signature(2)));
  EXPECT_EQ(run.tag("app:" + signature(2))["decision"], "follows");
  EXPECT_EQ(run.tag("app:" + signature(0))["decision"], "follows");
  EXPECT_TRUE(store.has(StoreBuilder::tag_path("app", signature(0))));
}

TEST(Retain, ReferrersLeaveWithTheirSubject) {
  AgedStore store;
  const BuiltImage old = store.push("app", "old", 400);
  const BuiltImage young = store.push("app", "new", 1);
  const BuiltImage about_old = store.referrer("app", old.manifest, "old sbom");
  const BuiltImage about_new = store.referrer("app", young.manifest, "sbom");
  const RetainRun run = retain_by(
      store,
      rules("- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}"),
      {"--gc"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_FALSE(store.has_blob(about_old.manifest));
  EXPECT_TRUE(store.has_blob(about_new.manifest));
}

TEST(Retain, ReferrersTakeNoPlaceAmongTheLast) {
  AgedStore store;
  const BuiltImage first = store.push("app", "v1", 9);
  store.push("app", "v2", 8);
  store.push("app", "v3", 7);
  const BuiltImage sbom = store.referrer("app", first.manifest, "sbom");
  store.tag_aged("app", "v1-sbom", sbom.manifest, 1);
  const RetainRun run = retain_by(
      store, rules("- {repositories: ['**'], tags: ['*'], keep: {last: 2}}"));
  EXPECT_THAT(run.removed_tags(),
              UnorderedElementsAre("app:v1", "app:v1-sbom"));
}

TEST(Retain, TheSubjectOfAKeptReferrerStaysWithoutItsTag) {
  AgedStore store;
  const BuiltImage old = store.push("app", "v1", 400);
  store.push("app", "v2", 1);
  const BuiltImage sbom = store.referrer("app", old.manifest, "sbom");
  store.tag_aged("app", "audit", sbom.manifest, 400);
  const RetainRun run =
      retain_by(store,
                "version: 1\nprotect: {tags: [audit]}\nrules:\n"
                "- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}",
                {"--gc"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.removed_tags(), UnorderedElementsAre("app:v1"));
  EXPECT_TRUE(store.has_blob(sbom.manifest));
  EXPECT_TRUE(store.has_blob(old.layers[1]));
}

TEST(Retain, OrphansStayUnlessTheyShallGo) {
  AgedStore store;
  const BuiltImage image = store.push("app", "v1", 1);
  store.push("app", "v2", 1);
  const BuiltImage orphan = store.referrer("app", image.manifest, "sbom");
  const BuiltImage signature = store.cosign_signature("app", image.manifest);
  store.delete_manifest("app", image.manifest);
  store.lose(image.manifest);
  const std::string all =
      rules("- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}");
  const RetainRun kept = retain_by(store, all, {"-n"});
  EXPECT_THAT(kept.removed_tags(), IsEmpty());
  EXPECT_THAT(kept.removed_manifests(), IsEmpty());
  const RetainRun run = retain_by(store, all + "\norphans: remove", {"--gc"});
  EXPECT_EQ(run.removed_tags().size(), 1U);
  EXPECT_FALSE(store.has_blob(orphan.manifest));
  EXPECT_FALSE(store.has_blob(signature.manifest));
}

TEST(Retain, ASignatureOfAnImageInAnotherRepositoryIsNoOrphan) {
  AgedStore store;
  const BuiltImage image = store.push("app", "v1", 1);
  store.push("signatures", "v1", 1);
  const BuiltImage signature =
      store.cosign_signature("signatures", image.manifest);
  const RetainRun run = retain_by(
      store,
      rules("- {repositories: ['**'], tags: ['*'], keep: {within: 30d}}\n"
            "orphans: remove"),
      {"--gc"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(store.has_blob(signature.manifest));
}

TEST(Retain, NamesOfTagsTellTheirSubject) {
  const std::string hex(64, 'a');
  for (const char* suffix : {"", ".sig", ".att", ".sbom"})
    EXPECT_EQ(subject_in_name("sha256-" + hex + suffix), Digest::from_hex(hex));
  for (const std::string& tag :
       {std::string("v1"), "sha256-" + hex.substr(1), "sha256-" + hex + "a",
        "sha512-" + hex, "sha256-" + std::string(64, 'G'), hex})
    EXPECT_EQ(subject_in_name(tag), std::nullopt) << tag;
}

}  // namespace
}  // namespace dregs
