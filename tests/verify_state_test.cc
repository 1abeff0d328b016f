// `verify --state --since`: what was proved lately is left out, and nothing
// that has changed is.
#include "gc/saved/verify_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "scanner/formats/sha256.h"
#include "tests/command_run.h"

namespace dregs {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

class VerifyState : public testing::Test {
 protected:
  VerifyState() : app_(store_.image("app", "v1", {"base", "app"})) {}
  ~VerifyState() override { fs::remove(state_); }

  JsonRun verify(const std::vector<std::string>& words = {"--since", "30d"}) {
    std::vector<std::string> command{"verify", "--state", state_.string()};
    command.insert(command.end(), words.begin(), words.end());
    return run_for_json(store_, command);
  }
  static int checked(const JsonRun& run) {
    return run.report["blobs"]["checked"];
  }
  static int not_due(const JsonRun& run) {
    return run.report["blobs"]["not_due"];
  }
  std::string text() const { return store_.read(state_); }

  StoreBuilder store_;
  BuiltImage app_;  // four blobs
  fs::path state_ = store_.root().string() + ".state";
};

TEST_F(VerifyState, TheSecondRunReadsNothingAgain) {
  EXPECT_EQ(checked(verify()), 4);
  const JsonRun again = verify();
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_EQ(checked(again), 0);
  EXPECT_EQ(not_due(again), 4);
  EXPECT_EQ(checked(verify({})), 4);
}

// As a power cut may leave one that was not written to the disk in time.
TEST_F(VerifyState, AnEmptyOneProvesNothing) {
  for (const std::string& text : {std::string(), std::string(4096, '\0')}) {
    std::ofstream(state_, std::ios::binary) << text;
    const JsonRun run = verify();
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(checked(run), 4);
    EXPECT_EQ(checked(verify()), 0);
  }
}

TEST_F(VerifyState, WhatIsNewWrittenOrTouchedIsRead) {
  verify();
  store_.blob("new");
  store_.set_age(store_.blob_path(app_.layers[0]), std::chrono::hours(5));
  EXPECT_EQ(checked(verify()), 2);
  EXPECT_EQ(checked(verify()), 0);
}

TEST_F(VerifyState, WhatWasProvedLongerAgoIsDue) {
  verify();
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  EXPECT_EQ(checked(verify({"--since", "1s"})), 4);
}

TEST_F(VerifyState, DamageIsReportedAgainUntilItIsHealed) {
  verify();
  store_.corrupt(app_.layers[1]);
  for (int run = 0; run < 2; ++run) {
    const JsonRun damaged = verify();
    EXPECT_EQ(damaged.exit_code, 1);
    EXPECT_EQ(damaged.report["blobs"]["corrupt"], 1);
  }
  EXPECT_THAT(text(), Not(HasSubstr(app_.layers[1].hex())));
}

TEST_F(VerifyState, NightsOfOneShardEachAddUp) {
  for (const char* shard : {"1/3", "2/3", "3/3"})
    verify({"--shard", shard, "--since", "30d"});
  EXPECT_EQ(not_due(verify()), 4);
}

TEST_F(VerifyState, WhatIsNoStateOfThisRootIsExitCode2AndStaysAsItIs) {
  verify();
  const std::string sound = text();
  StoreBuilder other;
  const ProgramResult foreign =
      run_dregs(other, {"verify", "--state", state_.string(), "--since", "1d"});
  EXPECT_EQ(foreign.exit_code, 2);
  EXPECT_THAT(foreign.err, HasSubstr("belongs to another root"));
  for (const std::string& broken : {std::string("what?"), sound.substr(0, 100),
                                    sound.substr(1), sound + "\n"}) {
    std::ofstream(state_) << broken;
    EXPECT_EQ(
        run_dregs(store_, {"verify", "--state", state_.string()}).exit_code, 2)
        << broken;
    EXPECT_EQ(text(), broken);
  }
  EXPECT_EQ(run_dregs(store_, {"verify", "--since", "1d"}).exit_code, 2);
  EXPECT_EQ(
      run_dregs(store_, {"verify", "--state", store_.v2() / "state"}).exit_code,
      2);
}

TEST(VerifyStateText, ReadsBackAsItWasWritten) {
  const ProvedBlobs proved = {{sha256("a"), 1, 2, -3, 4},
                              {sha256("b"), 5, 6, 7, 8}};
  ProvedBlobs sorted = proved;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(parse_state(state_text(sorted, 9), 9, "state"), sorted);
}

TEST(Proof, IsOfOneFileAsItWas) {
  const ProvedBlobs proved = {{sha256("a"), 1, 2, 3, 4}};
  const auto holds = [&](const Blob& blob) {
    return proof_of(proved, blob) != nullptr;
  };
  const Blob same{
      .digest = sha256("a"), .size = 1, .changed_ns = 3, .inode = 2};
  EXPECT_TRUE(holds(same));
  for (const auto& change : std::vector<std::function<void(Blob&)>>{
           [](Blob& blob) { blob.digest = sha256("b"); },
           [](Blob& blob) { blob.size = 9; },
           [](Blob& blob) { blob.inode = 9; },
           [](Blob& blob) { blob.changed_ns = 9; }}) {
    Blob other = same;
    change(other);
    EXPECT_FALSE(holds(other));
  }
}

// A disk may change its mind without telling anybody: by its times the file is
// what it was.
TEST(Proof, OfWhatIsFoundUnsoundIsForgotten) {
  const BlobTable blobs({{.digest = sha256("a"), .size = 1}});
  const ProvedBlobs before = {{sha256("a"), 1, 0, 0, 4}};
  EXPECT_EQ(add_proved(before, blobs, {}, {}, 9), before);
  EXPECT_EQ(add_proved(before, blobs, {}, {sha256("a")}, 9), ProvedBlobs());
}

}  // namespace
}  // namespace dregs
