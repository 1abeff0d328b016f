// `gc --metrics`: what Prometheus' textfile collector reads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "scanner/formats/sha256.h"
#include "tests/command_run.h"

namespace dregs {
namespace {

using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

class Metrics : public testing::Test {
 protected:
  Metrics() {
    store_.image("app", "v1", {"app"});
    store_.blob("garbage");
  }
  ~Metrics() override { fs::remove(file_); }

  std::string after(std::vector<std::string> command) {
    command.insert(command.end(), {"--metrics", file_.string()});
    exit_code_ = run_dregs(store_, command).exit_code;
    return store_.read(file_);
  }

  StoreBuilder store_;
  fs::path file_ = store_.root().string() + ".prom";
  int exit_code_ = -1;
};

TEST_F(Metrics, SayWhatWentAndWhenItLastWentWell) {
  const std::string metrics = after({"gc"});
  EXPECT_EQ(exit_code_, 0);
  EXPECT_THAT(metrics, HasSubstr("\ndregs_gc_exit_code 0\n"));
  EXPECT_THAT(metrics, HasSubstr("\ndregs_gc_freed_bytes 7\n"));
  EXPECT_THAT(metrics, HasSubstr("\ndregs_gc_removed{kind=\"blob\"} 1\n"));
  EXPECT_THAT(metrics,
              HasSubstr("\ndregs_gc_findings{severity=\"error\"} 0\n"));
  EXPECT_THAT(metrics,
              HasSubstr("\ndregs_gc_last_success_timestamp_seconds 1"));
  EXPECT_FALSE(fs::exists(file_.string() + ".tmp"));
}

TEST_F(Metrics, OfADryRunAreWhatARunWouldFree) {
  const std::string metrics = after({"gc", "-n"});
  EXPECT_THAT(metrics, HasSubstr("\ndregs_gc_freed_bytes 0\n"));
  EXPECT_THAT(metrics, HasSubstr("\ndregs_gc_reclaimable_bytes 7\n"));
  EXPECT_THAT(metrics, Not(HasSubstr("last_success")));
}

// A window that finds nothing to remove stops no registry, and went well.
TEST_F(Metrics, OfADryRunThatFoundNothingToRemoveAreASuccess) {
  after({"gc"});
  fs::remove(file_);
  const std::string metrics = after({"gc", "-n"});
  EXPECT_THAT(metrics, HasSubstr("\ndregs_gc_dry_run 1\n"));
  EXPECT_THAT(metrics,
              HasSubstr("\ndregs_gc_last_success_timestamp_seconds 1"));
}

TEST_F(Metrics, KeepTheTimeOfTheLastSuccessWhereARunIsRefused) {
  const std::string success = after({"gc"});
  const std::size_t at = success.find("\ndregs_gc_last_success");
  ASSERT_NE(at, std::string::npos);
  store_.remove("repositories");
  store_.folder("repositories");
  const std::string refused = after({"gc"});
  EXPECT_EQ(exit_code_, 3);
  EXPECT_THAT(refused, HasSubstr("\ndregs_gc_exit_code 3\n"));
  EXPECT_THAT(refused, HasSubstr(success.substr(at)));
}

TEST_F(Metrics, OfARemovalByNameHaveNamesOfTheirOwn) {
  store_.image("app", "v2", {"more"});
  const std::string dry = after({"rm", "app:v2", "--gc", "-n"});
  EXPECT_THAT(dry, HasSubstr("\ndregs_rm_removed{kind=\"tag\"} 1\n"));
  EXPECT_THAT(dry, HasSubstr("\ndregs_rm_removed{kind=\"manifest\"} 1\n"));
  EXPECT_THAT(dry, HasSubstr("\ndregs_rm_freed_bytes 0\n"));
  EXPECT_THAT(dry, Not(HasSubstr("last_success")));
  const std::string metrics = after({"rm", "app:v2", "--gc"});
  EXPECT_EQ(exit_code_, 0);
  EXPECT_THAT(metrics, HasSubstr("\ndregs_rm_reclaimable_bytes 0\n"));
  EXPECT_THAT(metrics, Not(HasSubstr("\ndregs_rm_freed_bytes 0\n")));
  EXPECT_THAT(metrics, HasSubstr("\ndregs_rm_last_success_timestamp_seconds"));
}

TEST_F(Metrics, OfRetentionKeepTheTimeOfTheLastSuccess) {
  store_.image("app", "v2", {"more"});
  const std::vector<std::string> command = {"retain", "app", "--keep-within",
                                            "1y"};
  const std::string success = after(command);
  EXPECT_EQ(exit_code_, 0);
  const std::size_t at = success.find("\ndregs_retain_last_success");
  ASSERT_NE(at, std::string::npos);
  store_.set_age(StoreBuilder::tag_path("app", "v1"), std::chrono::years(2));
  store_.set_age(StoreBuilder::tag_path("app", "v2"), std::chrono::years(2));
  const std::string refused = after(command);
  EXPECT_EQ(exit_code_, 3);
  EXPECT_THAT(refused, HasSubstr("\ndregs_retain_exit_code 3\n"));
  EXPECT_THAT(refused, HasSubstr(success.substr(at)));
}

TEST_F(Metrics, OfAPlanAreThoseOfGc) {
  const std::string plan = (store_.root() / "plan").string();
  run_dregs(store_, {"gc", "-n", "--plan", plan});
  const std::string metrics = after({"apply", plan});
  EXPECT_EQ(exit_code_, 0);
  EXPECT_THAT(metrics, HasSubstr("\ndregs_gc_freed_bytes 7\n"));
}

TEST_F(Metrics, OfSizesHaveTheLargestRepositories) {
  store_.image("large \"and\\odd", "v1", {std::string(5000, 'x')});
  store_.image("zzz", "v1", {"small"});
  const std::string metrics = after({"du", "--top", "1", "--sort", "name"});
  EXPECT_THAT(metrics, HasSubstr("\ndregs_du_repositories 3\n"));
  EXPECT_THAT(metrics, HasSubstr("\ndregs_du_reclaimable_bytes 7\n"));
  EXPECT_THAT(
      metrics,
      HasSubstr(
          "\ndregs_du_repository_bytes{repository=\"large \\\"and\\\\odd"));
  EXPECT_THAT(metrics, Not(HasSubstr("repository=\"zzz\"")));
  EXPECT_THAT(after({"du"}), HasSubstr("repository=\"zzz\""));
}

TEST_F(Metrics, OfAVerificationSayWhatIsBrokenAndProved) {
  const std::string state = file_.string() + ".state";
  const std::vector<std::string> verify = {"verify", "--state", state};
  const std::string sound = after(verify);
  EXPECT_EQ(exit_code_, 0);
  EXPECT_THAT(sound, HasSubstr("\ndregs_verify_broken{kind=\"tag\"} 0\n"));
  EXPECT_THAT(sound, HasSubstr("\ndregs_verify_proved_blobs 4\n"));
  EXPECT_THAT(sound, HasSubstr("_oldest_proof_timestamp_seconds 1"));
  store_.lose(sha256("app"));
  const std::string broken = after({"verify"});
  EXPECT_EQ(exit_code_, 1);
  EXPECT_THAT(broken, HasSubstr("\ndregs_verify_broken{kind=\"tag\"} 1\n"));
  EXPECT_THAT(broken,
              HasSubstr("\ndregs_verify_unsound_blobs{state=\"missing\"} 1\n"));
  EXPECT_THAT(broken, Not(HasSubstr("proved_blobs")));
  fs::remove(state);
}

TEST_F(Metrics, ThatCannotBeWrittenAreExitCode2) {
  EXPECT_EQ(run_dregs(store_, {"rm", "app:v1", "-n", "--metrics", "/nowhere/x"})
                .exit_code,
            2);
  EXPECT_EQ(run_dregs(store_, {"gc", "--metrics", "/nowhere/x"}).exit_code, 2);
  EXPECT_EQ(run_dregs(store_, {"gc", "--metrics", store_.v2() / "x"}).exit_code,
            2);
}

}  // namespace
}  // namespace dregs
