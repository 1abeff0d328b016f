// The rule of `rm --gc` itself: which manifests lost their last tag.
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

  LeftUntagged by_removing(const std::string& tag, const Policy& policy) {
    const std::vector<Tag>& tags = survey_.inventory.repositories[0].tags;
    RequestedRemoval request;
    for (std::uint32_t t = 0; t < tags.size(); ++t)
      if (tags[t].name == tag) request[0].tags.insert(t);
    return manifests_left_untagged(survey_, request, policy)[0];
  }

 private:
  Descriptor v2_;
  Survey survey_;
};

Policy where_nothing_is_young() {
  Policy policy;
  policy.now_ns = std::numeric_limits<std::int64_t>::max();
  return policy;
}

TEST(ManifestsLeftUntagged, TagsNamedAfterTheImageKeepWhatTheyName) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  store.image("app", "v2", {"new"});
  store.cosign_signature("app", image.manifest);
  const LeftUntagged left =
      Untagged(store).by_removing("v1", where_nothing_is_young());
  EXPECT_EQ(left.manifests, std::set{image.manifest});
}

TEST(ManifestsLeftUntagged, TheSignatureOfWhatStaysStays) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  store.tag("app", "stable", image.manifest);
  store.cosign_signature("app", image.manifest);
  const LeftUntagged left =
      Untagged(store).by_removing("v1", where_nothing_is_young());
  EXPECT_TRUE(left.manifests.empty());
}

TEST(ManifestsLeftUntagged, TheHistoryOfATagThatStaysKeepsWhatItNames) {
  StoreBuilder store;
  const BuiltImage old = store.image("app", "v1", {"old"});
  store.tag("app", "latest", old.manifest);
  store.image("app", "latest", {"new"});
  EXPECT_TRUE(Untagged(store)
                  .by_removing("v1", where_nothing_is_young())
                  .manifests.empty());
}

TEST(ManifestsLeftUntagged, TheYoungStay) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  Policy policy;
  policy.now_ns = 0;  // everything is from the future
  const LeftUntagged left = Untagged(store).by_removing("v1", policy);
  EXPECT_TRUE(left.manifests.empty());
  EXPECT_EQ(left.kept.at(image.manifest), UntaggedStays::too_young);
}

}  // namespace
}  // namespace dregs
