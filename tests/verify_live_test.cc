// `verify` while others write: what changed between the look and the reading
// is looked at again, and only what stays wrong is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "gc/verify/verify.h"
#include "scanner/files/descriptor.h"
#include "scanner/files/disk_reader.h"
#include "tests/store_builder.h"

namespace dregs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
namespace fs = std::filesystem;

VerifyRequest without_pause() {
  VerifyRequest request;
  request.pause = {};
  return request;
}

class LiveVerify : public testing::Test {
 protected:
  LiveVerify()
      : app_(store_.image("app", "v1", {"base", "app layer"})),
        v2_(open_folder(AT_FDCWD, store_.v2().string())),
        reader_(v2_.get()),
        verification_(reader_, survey_, without_pause(), stop_, progress_) {
    store_.image("web", "v1", {"base"});
  }

  std::vector<FindingKind> found_after_all() {
    verification_.look_again();
    std::vector<FindingKind> kinds;
    for (const Finding& finding : verification_.result().findings)
      kinds.push_back(finding.kind);
    return kinds;
  }

  void remove_image() {
    store_.remove(StoreBuilder::repository_path("app"));
    for (const Digest& gone : {app_.manifest, app_.config, app_.layers[1]})
      store_.lose(gone);
  }

  StoreBuilder store_;
  BuiltImage app_;
  Descriptor v2_;
  StopRequest stop_;
  VerifyProgress progress_;
  DiskReader reader_;
  TakeSurvey survey_ = [this](SurveyProgress& progress) {
    return take_survey(v2_.get(), false, stop_, progress);
  };
  Verification verification_;
};

TEST_F(LiveVerify, ABlobThatGoesWithWhoeverNeedsItIsNoProblem) {
  verification_.take_first_survey();
  remove_image();
  verification_.read_blobs();
  EXPECT_THAT(found_after_all(), IsEmpty());
  EXPECT_EQ(verification_.result().tags, 1U);
}

TEST_F(LiveVerify, ABlobThatGoesAloneIsMissing) {
  verification_.take_first_survey();
  store_.lose(app_.layers[1]);
  verification_.read_blobs();
  EXPECT_THAT(found_after_all(), ElementsAre(FindingKind::missing_blob));
  EXPECT_THAT(verification_.result().broken_tags, ElementsAre("app:v1"));
  EXPECT_EQ(verification_.result().missing, 1U);
}

TEST_F(LiveVerify, AManifestThatIsJustBeingWrittenIsLookedAtAgain) {
  const std::string path = StoreBuilder::blob_path(app_.manifest);
  const std::string content = store_.read(path);
  store_.write(path, "");
  verification_.take_first_survey();
  verification_.read_blobs();
  store_.write(path, content);
  EXPECT_THAT(found_after_all(), IsEmpty());
}

TEST_F(LiveVerify, ADamageThatIsHealedMeanwhileIsNotTold) {
  store_.corrupt(app_.layers[0]);
  verification_.take_first_survey();
  verification_.read_blobs();
  store_.write(StoreBuilder::blob_path(app_.layers[0]), "base");
  EXPECT_THAT(found_after_all(), IsEmpty());
}

TEST_F(LiveVerify, AnImageThatIsPushedMeanwhileIsNoProblem) {
  store_.lose(app_.layers[1]);  // so that there is a second look
  verification_.take_first_survey();
  verification_.read_blobs();
  store_.image("new", "v1", {"base", "new layer"});
  EXPECT_THAT(found_after_all(), ElementsAre(FindingKind::missing_blob));
  EXPECT_EQ(verification_.result().tags, 3U);
}

// Else all would be well with what nobody has read.
TEST_F(LiveVerify, WhatOnlyTheSecondLookSawIsReadAsWell) {
  const std::string hidden = store_.root() / "hidden";
  const fs::path blobs = store_.v2() / "blobs/sha256";
  store_.corrupt(app_.layers[1]);
  fs::rename(blobs, hidden);
  verification_.take_first_survey();
  verification_.read_blobs();
  fs::rename(hidden, blobs);
  EXPECT_THAT(found_after_all(), ElementsAre(FindingKind::corrupt_blob));
  EXPECT_EQ(verification_.result().blobs, 6U);
}

TEST_F(LiveVerify, ABlobThatCouldOnlyBeReadTheSecondTimeCounts) {
  verification_.take_first_survey();
  const std::string path = StoreBuilder::blob_path(app_.layers[1]);
  store_.remove(path);
  store_.folder(path);
  verification_.read_blobs();
  store_.remove(path);
  store_.write(path, "app layer");
  EXPECT_THAT(found_after_all(), IsEmpty());
  EXPECT_EQ(verification_.result().blobs, 6U);
}

TEST_F(LiveVerify, AFirstPushUnderWayIsNoProblemButOneGivenUpIs) {
  store_.layer("new", "first layer");
  verification_.take_first_survey();
  verification_.read_blobs();
  EXPECT_THAT(found_after_all(), IsEmpty());
  store_.set_age("repositories/new/_layers", std::chrono::hours(25));
  EXPECT_THAT(found_after_all(), ElementsAre(FindingKind::manifests_missing));
}

TEST_F(LiveVerify, WhatBecomesAFifoIsNotWaitedFor) {
  verification_.take_first_survey();
  const std::string path = StoreBuilder::blob_path(app_.layers[1]);
  store_.remove(path);
  store_.fifo(path);
  verification_.read_blobs();
  EXPECT_THAT(found_after_all(), testing::Contains(FindingKind::missing_blob));
}

TEST_F(LiveVerify, ADamageThatComesMeanwhileIsLookedAtTwiceBeforeItIsTold) {
  const auto [first, last] = std::minmax(app_.config, app_.layers[1]);
  store_.lose(last);
  verification_.take_first_survey();
  verification_.read_blobs();
  store_.lose(first);
  EXPECT_THAT(found_after_all(), ElementsAre(FindingKind::missing_blob,
                                             FindingKind::missing_blob));
}

TEST_F(LiveVerify, NotesStayAmongWhatIsLookedAtAgain) {
  store_.upload("app", "notes", std::chrono::hours(1), "mine");
  store_.lose(app_.layers[1]);
  verification_.take_first_survey();
  verification_.read_blobs();
  EXPECT_THAT(found_after_all(),
              testing::UnorderedElementsAre(FindingKind::missing_blob,
                                            FindingKind::odd_upload));
}

TEST_F(LiveVerify, AStopBeforeTheFirstLookLeavesNothingToTell) {
  store_.lose(app_.layers[1]);
  stop_.request(StopReason::interrupt);
  verification_.take_first_survey();
  verification_.read_blobs();
  EXPECT_THAT(found_after_all(), IsEmpty());
  EXPECT_FALSE(verification_.result().complete);
  EXPECT_EQ(verification_.result().blobs, 0U);
}

// Nobody knows whether anybody misses it.
TEST_F(LiveVerify, AStopBeforeTheSecondLookLeavesOutWhatWasGone) {
  verification_.take_first_survey();
  remove_image();
  verification_.read_blobs();
  stop_.request(StopReason::interrupt);
  EXPECT_THAT(found_after_all(), IsEmpty());
  EXPECT_FALSE(verification_.result().complete);
}

TEST_F(LiveVerify, AStopWhileItWaitsLeavesWhatTheFirstLookFound) {
  VerifyRequest request;
  request.pause = std::chrono::hours(1);
  Verification patient(reader_, survey_, request, stop_, progress_);
  store_.lose(app_.layers[1]);
  patient.take_first_survey();
  patient.read_blobs();
  std::thread interrupter([this] {
    while (!progress_.looks_again) std::this_thread::yield();
    stop_.request(StopReason::interrupt);
  });
  patient.look_again();
  interrupter.join();
  EXPECT_FALSE(patient.result().complete);
  EXPECT_THAT(patient.result().broken_tags, ElementsAre("app:v1"));
}

}  // namespace
}  // namespace dregs
