// The rule of `rm --gc` and `retain` itself, with what only retain asks for.
#include "gc/decide/manifests_left_untagged.h"

#include <gtest/gtest.h>

#include "gc/survey/take_survey.h"
#include "scanner/files/descriptor.h"
#include "tests/store_builder.h"

namespace dregs {
namespace {

// A survey of the store, and questions about its only repository.
class Untagged {
 public:
  explicit Untagged(const StoreBuilder& store)
      : v2_(open_folder(AT_FDCWD, store.v2().c_str())) {
    StopRequest stop;
    SurveyProgress progress;
    survey_ = take_survey(v2_.get(), false, stop, progress);
  }

  LeftUntagged by_removing(const std::string& tag, const UntaggedRules& rules) {
    const std::vector<Tag>& tags = survey_.inventory.repositories[0].tags;
    RequestedRemoval request;
    for (std::uint32_t t = 0; t < tags.size(); ++t)
      if (tags[t].name == tag) request[0].tags.insert(t);
    return manifests_left_untagged(survey_, request, rules)[0];
  }

  std::set<std::string> names(const std::set<std::uint32_t>& tags) const {
    std::set<std::string> names;
    for (const std::uint32_t t : tags)
      names.insert(survey_.inventory.repositories[0].tags[t].name);
    return names;
  }

 private:
  Descriptor v2_;
  Survey survey_;
};

UntaggedRules following() {
  UntaggedRules rules;
  rules.policy.now_ns = std::numeric_limits<std::int64_t>::max();
  rules.signature_tags_follow = true;
  return rules;
}

TEST(ManifestsLeftUntagged, TagsNamedAfterTheImageLeaveWithItWhereThatIsAsked) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  store.image("app", "v2", {"new"});
  const Digest signature =
      store.cosign_signature("app", image.manifest).manifest;
  Untagged untagged(store);
  const LeftUntagged left = untagged.by_removing("v1", following());
  EXPECT_EQ(left.manifests, (std::set{image.manifest, signature}));
  EXPECT_EQ(untagged.names(left.tags),
            std::set<std::string>{"sha256-" + image.manifest.hex() + ".sig"});
  UntaggedRules rules = following();
  rules.signature_tags_follow = false;
  EXPECT_EQ(untagged.by_removing("v1", rules).manifests,
            std::set{image.manifest});
}

TEST(ManifestsLeftUntagged, TheSignatureOfWhatStaysStays) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  store.tag("app", "stable", image.manifest);
  store.cosign_signature("app", image.manifest);
  const LeftUntagged left = Untagged(store).by_removing("v1", following());
  EXPECT_TRUE(left.manifests.empty());
  EXPECT_TRUE(left.tags.empty());
}

// Each attachment makes the client push the fallback tag anew.
TEST(ManifestsLeftUntagged, TheFallbackOfReferrersLeavesWithItsFormerStates) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  store.image("app", "v2", {"new"});
  const Digest sbom = store.artifact("app", "", {"sbom"}, image.manifest);
  const Digest scan = store.artifact("app", "", {"scan"}, image.manifest);
  const std::string fallback = "sha256-" + image.manifest.hex();
  const Digest before = store.index("app", fallback, {sbom});
  const Digest now = store.index("app", fallback, {sbom, scan});
  const LeftUntagged left = Untagged(store).by_removing("v1", following());
  EXPECT_EQ(left.manifests,
            (std::set{image.manifest, sbom, scan, before, now}));
}

TEST(ManifestsLeftUntagged, WhatTheCallerKeepsStaysWithWhatItNeeds) {
  StoreBuilder store;
  const BuiltImage arm = store.image("app", "", {"arm64"});
  const Digest index = store.index("app", "all", {arm.manifest});
  UntaggedRules rules = following();
  rules.also_kept[0] = {index};
  const LeftUntagged left = Untagged(store).by_removing("all", rules);
  EXPECT_TRUE(left.manifests.empty());
  EXPECT_EQ(left.kept.at(index), UntaggedStays::asked_for);
}

TEST(ManifestsLeftUntagged, HistoryKeepsNothingWhereTheCallerDecidesAboutIt) {
  StoreBuilder store;
  const BuiltImage old = store.image("app", "v1", {"old"});
  store.tag("app", "latest", old.manifest);
  store.image("app", "latest", {"new"});
  UntaggedRules rules = following();
  EXPECT_TRUE(Untagged(store).by_removing("v1", rules).manifests.empty());
  rules.history_keeps = false;
  EXPECT_EQ(Untagged(store).by_removing("v1", rules).manifests,
            std::set{old.manifest});
}

TEST(ManifestsLeftUntagged, TheYoungStay) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  UntaggedRules rules = following();
  rules.policy.now_ns = 0;  // everything is from the future
  const LeftUntagged left = Untagged(store).by_removing("v1", rules);
  EXPECT_TRUE(left.manifests.empty());
  EXPECT_EQ(left.kept.at(image.manifest), UntaggedStays::too_young);
}

TEST(ManifestsLeftUntagged, NamesOfTagsTellTheirSubject) {
  const std::string hex(64, 'a');
  for (const char* suffix : {"", ".sig", ".att", ".sbom"})
    EXPECT_EQ(subject_of_tag("sha256-" + hex + suffix), Digest::from_hex(hex));
  for (const std::string& tag :
       {std::string("v1"), "sha256-" + hex.substr(1), "sha256-" + hex + "a",
        "sha512-" + hex, "sha256-" + std::string(64, 'G'), hex})
    EXPECT_EQ(subject_of_tag(tag), std::nullopt) << tag;
}

}  // namespace
}  // namespace dregs
