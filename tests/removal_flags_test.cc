// gc, apply, rm, retain and cache: each flag that they share does the same in
// each.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "tests/command_run.h"
#include "tests/gc_run.h"

namespace dregs {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

// A store where the command has something to remove.
class RemovalFlags : public testing::TestWithParam<std::string> {
 protected:
  RemovalFlags() {
    store_.image("app", "v2", {"base", "new"});
    store_.image("app", "v1", {"base", "old"});
    store_.set_age(StoreBuilder::tag_path("app", "v1"),
                   std::chrono::hours(10'000));
    store_.blob("garbage");
    if (GetParam() == "cache")
      ::setenv("REGISTRY_PROXY_REMOTEURL", "https://registry.example", 1);
    if (GetParam() == "apply")
      run_dregs(store_, {"gc", "-n", "--plan", file_ + ".plan"});
  }
  ~RemovalFlags() override {
    ::unsetenv("REGISTRY_PROXY_REMOTEURL");
    fs::remove(file_);
    fs::remove(file_ + ".plan");
    fs::remove(file_ + ".record");
  }

  Words command() const {
    if (GetParam() == "apply") return {"apply", file_ + ".plan"};
    if (GetParam() == "rm") return {"rm", "app:v1", "--gc"};
    if (GetParam() == "retain")
      return {"retain", "**", "--keep-within", "30d", "--gc"};
    if (GetParam() == "cache") return {"cache", "--max-size", "1600"};
    return {"gc"};
  }

  JsonRun run(const Words& flags) {
    Words words = command();
    words.insert(words.end(), flags.begin(), flags.end());
    before_ = store_.snapshot();
    JsonRun done = run_for_json(store_, words);
    removed_ = store_.removed_since(before_);
    return done;
  }

  StoreBuilder store_;
  std::string file_ = store_.root().string() + ".file";
  TreeSnapshot before_;
  std::set<std::string> removed_;
};

TEST_P(RemovalFlags, DryRunRemovesNothing) {
  for (const char* flag : {"-n", "--dry-run"}) {
    const JsonRun dry = run({flag, "--list"});
    EXPECT_EQ(dry.exit_code, 0) << dry.err;
    EXPECT_EQ(dry.report["dry_run"], true);
    EXPECT_FALSE(dry.report["removals"].empty());
    EXPECT_TRUE(removed_.empty());
  }
}

TEST_P(RemovalFlags, ListNamesEveryRemoval) {
  const JsonRun done = run({"--list"});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_FALSE(removed_.empty());
  const auto is_listed = [&](const std::string& file) {
    const json& all = done.report["removals"];
    return std::any_of(all.begin(), all.end(), [&](const json& each) {
      return file.starts_with(each["path"].get<std::string>());
    });
  };
  for (const std::string& path : removed_)
    EXPECT_TRUE(is_listed(in_root(path))) << path;
}

TEST_P(RemovalFlags, TrashMovesInsteadOfRemoving) {
  EXPECT_EQ(run({"--trash"}).exit_code, 0);
  EXPECT_FALSE(removed_.empty());
  EXPECT_EQ(run_for_json(store_, {"trash", "restore", "latest"}).exit_code, 0);
  EXPECT_TRUE(store_.removed_since(before_).empty());
}

TEST_P(RemovalFlags, MaxDeleteRefuses) {
  EXPECT_EQ(run({"--max-delete", "0"}).exit_code, 3);
  EXPECT_TRUE(removed_.empty());
}

TEST_P(RemovalFlags, DeadlineIsATimeOrATimeSpan) {
  for (const char* when : {"06:00", "8h", "90m"})
    EXPECT_EQ(run({"-n", "--deadline", when}).exit_code, 0) << when;
  EXPECT_EQ(run({"-n", "--deadline", "soon"}).exit_code, 2);
}

TEST_P(RemovalFlags, ProveLooksAgain) {
  const json report = run({"--prove"}).report;
  EXPECT_TRUE(report["proof"].is_object()) << report.dump(2);
}

TEST_P(RemovalFlags, MetricsAndRecordSayHowItEnded) {
  const std::string record = file_ + ".record";
  EXPECT_EQ(run({"--metrics", file_, "--record", record}).exit_code, 0);
  EXPECT_NE(store_.read(file_).find("_last_success_timestamp_seconds"),
            std::string::npos);
  EXPECT_NE(store_.read(record).find("\"command\": \"" + GetParam() + "\""),
            std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(OfEach, RemovalFlags,
                         testing::Values("gc", "apply", "rm", "retain",
                                         "cache"),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace dregs
