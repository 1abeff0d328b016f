// A registry is started while dregs is at work.
#include <gtest/gtest.h>

#include "gc/guard/disk_watch.h"
#include "tests/collect.h"
#include "tests/store_builder.h"

namespace dregs {
namespace {

using namespace std::chrono_literals;

constexpr auto kIdle = "01234567-89ab-4cde-8f01-23456789abcd";

class Newcomer : public testing::Test {
 protected:
  Newcomer() {
    store.image("app", "v1", {"base"});
    store.layer("app", "spare");
    store.upload("app", kIdle, 1000h, "half");
  }

  // One that is found by that look, from 1, and by no other.
  SweepResult sweep_with(int look, bool readonly) {
    MarkedStore marked(store.v2(), policy_of_tests(true));
    int looks = 0;
    DiskWatch watch(marked.v2(), store.v2().string(), marked.inventory(),
                    marked.stop(), [&] {
                      std::vector<RegistryProcess> found;
                      if (++looks == look) found.resize(1);
                      if (!found.empty()) found[0].readonly = readonly;
                      return found;
                    });
    SweepResult result = marked.sweep(watch.precautions());
    EXPECT_EQ(watch.newcomers().size(), looks >= look ? 1U : 0U);
    return result;
  }

  bool has_spare() const {
    return store.has("blobs/sha256/" + spare_.hex().substr(0, 2) + "/" +
                     spare_.hex() + "/data");
  }
  bool has_upload() const {
    return store.has(StoreBuilder::upload_path("app", kIdle) + "/data");
  }

  StoreBuilder store;
  Digest spare_ = store.blob("spare");
};

// It may have told somebody that a blob is there.
TEST_F(Newcomer, BeforeTheBlobsKeepsThemAll) {
  EXPECT_FALSE(sweep_with(1, false).complete);
  EXPECT_TRUE(has_spare());
  EXPECT_TRUE(has_upload());
}

TEST_F(Newcomer, BeforeTheUploadsKeepsThemAll) {
  EXPECT_FALSE(sweep_with(2, false).complete);
  EXPECT_FALSE(has_spare());
  EXPECT_TRUE(has_upload());
}

TEST_F(Newcomer, AfterTheLastRemovalIsSaid) {
  EXPECT_FALSE(sweep_with(3, false).complete);
  EXPECT_FALSE(has_upload());
}

TEST_F(Newcomer, ThatIsReadOnlyEndsNothing) {
  for (int look = 1; look <= 3; ++look)
    EXPECT_TRUE(sweep_with(look, true).complete);
  EXPECT_FALSE(has_upload());
}

TEST_F(Newcomer, ThatNeverCameEndsNothing) {
  EXPECT_TRUE(sweep_with(4, false).complete);
}

}  // namespace
}  // namespace dregs
