// `--min-age`: what changed lately stays, with the links that lead to it. The
// files are as old as the test; it is the clock that is moved.
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>

#include "gc/decide/plan.h"
#include "gc/mark/mark.h"
#include "gc/mark/survey.h"
#include "gc/survey/take_survey.h"
#include "scanner/files/descriptor.h"
#include "tests/store_builder.h"

namespace dregs {
namespace {

class MinAge : public testing::Test {
 protected:
  // Paths of what a run would remove that keeps what is younger than an hour.
  std::set<std::string> removed_after(std::chrono::minutes age,
                                      bool delete_untagged = false) {
    const Descriptor v2 = open_folder(AT_FDCWD, store_.v2());
    SurveyProgress progress;
    const StopRequest stop;
    const Survey survey = take_survey(v2.get(), false, stop, progress);
    Policy policy;
    policy.delete_untagged = delete_untagged;
    policy.min_age_ns = 3600 * kSecond_ns;
    policy.now_ns =
        survey.inventory.started_ns + std::chrono::nanoseconds(age).count();
    const MarkSet marks =
        mark(survey.inventory, survey.graph, survey.diagnosis.pins, policy);
    std::set<std::string> paths;
    for (const Removal& removal :
         make_plan(survey.inventory, marks, policy).removals)
      paths.insert(path_of(removal, survey.inventory));
    return paths;
  }

  static std::string parent(const std::string& path) {
    return path.substr(0, path.rfind('/'));
  }

  StoreBuilder store_;
};

constexpr std::chrono::minutes kYoung{59};
constexpr std::chrono::minutes kOld{61};

TEST_F(MinAge, AYoungBlobStaysWithItsLink) {
  store_.image("app", "v1", {"app"});
  const Digest spare = store_.layer("app", "spare");
  EXPECT_EQ(removed_after(kYoung), std::set<std::string>());
  const auto gone = removed_after(kOld);
  EXPECT_TRUE(gone.contains(parent(store_.blob_path(spare))));
  EXPECT_TRUE(gone.contains(parent(store_.layer_link_path("app", spare))));
}

TEST_F(MinAge, AYoungBlobStaysWithTheLinkThatNamesItBySha512) {
  store_.image("app", "v1", {"app"});
  const Digest spare = store_.blob("spare");
  store_.alias_link("app", sha512_text("spare"), spare);
  EXPECT_EQ(removed_after(kYoung), std::set<std::string>());
  const auto gone = removed_after(kOld);
  EXPECT_TRUE(gone.contains(parent(store_.blob_path(spare))));
  EXPECT_TRUE(gone.contains(
      parent(store_.layer_link_path("app", sha512_text("spare")))));
}

TEST_F(MinAge, AYoungUntaggedManifestStaysWithAllItsParts) {
  store_.image("app", "v1", {"app"});
  const BuiltImage old = store_.image("app", "", {"old"});
  EXPECT_EQ(removed_after(kYoung, true), std::set<std::string>());
  const auto gone = removed_after(kOld, true);
  EXPECT_TRUE(gone.contains(parent(store_.revision_path("app", old.manifest))));
  EXPECT_TRUE(gone.contains(parent(store_.blob_path(old.layers[0]))));
}

}  // namespace
}  // namespace dregs
