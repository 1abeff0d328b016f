// `dregs status`: ten lines, which change nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "gc/bucket/own_keys.h"
#include "gc/saved/run_record.h"
#include "tests/command_run.h"
#include "tests/served_bucket.h"

namespace dregs {
namespace {

using nlohmann::json;
using testing::HasSubstr;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

class Status : public testing::Test {
 protected:
  Status() : app_(store_.image("app", "v1", {"base", "app"})) {
    store_.image("app", "", {"base", "old"});
    store_.blob("garbage");
  }
  ~Status() override {
    fs::remove(record_);
    fs::remove(state_);
  }

  json run(Words command, int exit_code = 0) {
    const JsonRun done = run_for_json(store_, command);
    EXPECT_EQ(done.exit_code, exit_code) << done.err;
    return done.report;
  }
  json status(int exit_code = 0) {
    return run({"status", "--record", record_, "--state", state_}, exit_code);
  }
  std::string text(Words more = {}) {
    more.insert(more.begin(), "status");
    return run_dregs(store_, more).out;
  }
  json last_run(const std::string& command) {
    const json said = status();
    for (const json& each : said.at("last_runs"))
      if (each["command"] == command) return each;
    return nullptr;
  }

  StoreBuilder store_;
  BuiltImage app_;
  std::string record_ = store_.root().string() + ".record";
  std::string state_ = store_.root().string() + ".state";
};

TEST_F(Status, IsTenLinesBelowTheRootAndChangesNothing) {
  const TreeSnapshot before = store_.snapshot();
  const std::string said = text();
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 11) << said;
  EXPECT_THAT(said, HasSubstr("registry           1 repository, 1 tag, "));
  EXPECT_THAT(said, HasSubstr("last collection    not known; --record FILE"));
  EXPECT_THAT(said, HasSubstr("verified           not known; --state FILE"));
  EXPECT_THAT(said, HasSubstr("in the trash       nothing\n"));
  EXPECT_THAT(said, HasSubstr("findings           0 errors, 0 warnings, "));
  EXPECT_EQ(store_.removed_since(before), std::set<std::string>());
}

TEST_F(Status, SaysWhatGcWouldFree) {
  const json said = status();
  const json plain = run({"gc", "-n"});
  const json all = run({"gc", "-n", "-m"});
  EXPECT_EQ(said["gc_frees"], plain["bytes_freed"]);
  EXPECT_EQ(said["gc_m_frees"], all["bytes_freed"]);
  EXPECT_EQ(said["blobs"], plain["blobs"]["total"]);
}

TEST_F(Status, SaysWhenEachCommandRanLast) {
  EXPECT_EQ(status()["last_runs"], json::array());
  run({"gc", "-n", "--record", record_});
  EXPECT_EQ(status()["last_runs"], json::array()) << "a dry run is none";
  run({"gc", "--record", record_});
  run({"verify", "--record", record_});
  const json gc = last_run("gc");
  EXPECT_EQ(gc["exit_code"], 0);
  EXPECT_EQ(gc["collected"], true);
  EXPECT_EQ(gc["bytes"], 7);
  EXPECT_EQ(gc["succeeded"], gc["ended"]);
  EXPECT_EQ(last_run("verify")["collected"], false);
  EXPECT_THAT(text({"--record", record_}),
              HasSubstr("(just now), dregs gc: done, 7 B freed\n"));
}

TEST_F(Status, KeepsTheLastSuccessWhereARunIsRefused) {
  run({"gc", "--record", record_});
  const json done = last_run("gc");
  store_.blob("more garbage");
  run({"gc", "--max-delete", "0", "--record", record_}, 3);
  const json refused = last_run("gc");
  EXPECT_EQ(refused["exit_code"], 3);
  EXPECT_EQ(refused["succeeded"], done["ended"]);
}

TEST_F(Status, CountsTheRemovalThatCollectedLast) {
  run({"rm", "app:v1", "--record", record_});
  EXPECT_EQ(last_run("rm")["collected"], false);
  EXPECT_THAT(text({"--record", record_}),
              HasSubstr("last collection    none is recorded"));
  store_.image("app", "v1", {"base", "app"});
  run({"rm", "app:v1", "--gc", "--trash", "--record", record_});
  EXPECT_THAT(text({"--record", record_}), HasSubstr("to the trash"));
}

TEST_F(Status, SaysHowMuchIsVerified) {
  const json none = status();
  EXPECT_EQ(none["verified"]["blobs"], 0);
  run({"verify", "--state", state_});
  const json all = status();
  EXPECT_EQ(all["verified"]["blobs"], all["blobs"]);
  EXPECT_EQ(all["verified"]["bytes"], all["bytes"]);
  store_.image("app", "v2", {"new"});
  const json later = status();
  EXPECT_LT(later["verified"]["blobs"], later["blobs"]);
  EXPECT_THAT(text({"--state", state_}), HasSubstr("3 blobs never"));
}

TEST_F(Status, SaysWhatWaitsInTrashAndQuarantine) {
  run({"gc", "--trash"});
  store_.corrupt(app_.layers[1]);
  run({"verify", "--quarantine"}, 1);
  const json said = status(1);
  EXPECT_EQ(said["trash"]["runs"], 1);
  EXPECT_EQ(said["trash"]["bytes"], 7);
  EXPECT_EQ(said["quarantine"]["files"], 1);
  EXPECT_EQ(said["quarantine"]["bytes"], 3);
  EXPECT_EQ(said["counts"]["error"], 1);
}

TEST_F(Status, NamesWhatIsPinned) {
  store_.corrupt(app_.manifest);
  EXPECT_EQ(status(1)["pinned"], json({"app"}));
  EXPECT_THAT(text(), HasSubstr("pinned             1 repository: app\n"));
}

TEST_F(Status, TakesNoRecordOfAnotherRegistry) {
  run({"gc", "--record", record_});
  const StoreBuilder other;
  const ProgramResult refused =
      run_dregs(other, {"status", "--record", record_});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("belongs to another registry"));
  store_.write(record_, "{\"schema\": \"dregs.rec");
  EXPECT_EQ(run_dregs(store_, {"status", "--record", record_}).exit_code, 2);
  const ProgramResult run = run_dregs(store_, {"gc", "--record", record_});
  EXPECT_EQ(run.exit_code, 2) << "what ran is not recorded";
  EXPECT_THAT(run.err, HasSubstr("is not one that dregs wrote"));
}

TEST(StatusOfABucket, CountsAsACollectionThereWould) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.blob("garbage");
  ServedBucket bucket;
  bucket.fill(store);
  const auto status = [&] {
    const ProgramResult run = bucket.run_unproved({"status", "--json"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return json::parse(run.out);
  };
  EXPECT_EQ(status()["gc_frees"], 0) << "nothing there is a day old";
  bucket.age_everything(std::chrono::hours(48));
  EXPECT_EQ(status()["gc_frees"], 7);
  EXPECT_EQ(bucket.run({"gc", "--trash"}).exit_code, 0);
  const std::string corrupt = quarantine_prefix(bucket.root()) + "a run/blobs/";
  for (const char* name : {"one", "two"})
    bucket.root().store.put(corrupt + name, "wrong");
  const json said = status();
  EXPECT_EQ(said["gc_frees"], 0);
  EXPECT_EQ(said["trash"]["bytes"], 7);
  EXPECT_EQ(said["quarantine"]["runs"], 1);
  EXPECT_EQ(said["quarantine"]["files"], 2);
  EXPECT_EQ(said["quarantine"]["bytes"], 10);
}

TEST(RunRecord, HasOneRunOfEachCommand) {
  RunRecord record{7, {}};
  RecordedRun gc;
  gc.command = "gc";
  gc.ended_s = 10;
  gc.collected = true;
  add_run(record, gc);
  gc.ended_s = 20;
  gc.exit_code = 4;
  add_run(record, gc);
  ASSERT_EQ(record.runs.size(), 1U);
  EXPECT_EQ(record.runs[0].succeeded_s, 10);
  const RunRecord again = parse_record(record_text(record), 7, "FILE");
  EXPECT_EQ(again.runs[0].ended_s, 20);
  EXPECT_EQ(again.runs[0].succeeded_s, 10);
  EXPECT_THROW(parse_record(record_text(record), 8, "FILE"),
               std::runtime_error);
}

}  // namespace
}  // namespace dregs
