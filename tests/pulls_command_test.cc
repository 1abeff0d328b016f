// These tests run `dregs pulls` on log files, compressed or not, and look at
// the state.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "gc/pulls/pull_times.h"
#include "tests/command_run.h"
#include "tests/paths.h"
#include "tests/run_program.h"

namespace dregs {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

const std::string kPullOfV1 = "GET /v2/team/app/manifests/v1 HTTP/1.1";

// Makes a line as nginx writes it.
std::string logged(const std::string& request,
                   const std::string& agent = "docker/24.0",
                   const std::string& clock = "07:14:08") {
  return "10.0.0.1 - ci [27/Nov/2026:" + clock + " +0000] \"" + request +
         "\" 200 1234 \"-\" \"" + agent + "\"\n";
}

// Runs the command in a folder of its own.
class PullsCommand : public testing::Test {
 protected:
  PullsCommand() { fs::create_directories(folder_); }
  ~PullsCommand() override { fs::remove_all(folder_); }

  std::string file(const std::string& name) const {
    return (folder_ / name).string();
  }

  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(file(name), std::ios::binary) << bytes;
    return file(name);
  }

  std::string pack(const std::string& program, const std::string& name) const {
    EXPECT_EQ(run_program({program, "-q", "-k", file(name)}).exit_code, 0);
    return file(name) + (program == "gzip" ? ".gz" : ".zst");
  }

  JsonRun pulls(std::vector<std::string> words) {
    words.insert(words.begin(), {"pulls", "--state", file("state")});
    return run_for_json(store_, words);
  }

  std::string state() const { return store_.read(file("state")); }

  StoreBuilder store_;
  fs::path folder_ = store_.root() / "logs";
};

TEST_F(PullsCommand, FoldsLogsIntoItsState) {
  const std::string log = write("access.log", logged(kPullOfV1));
  const JsonRun run = pulls({log});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["schema"], "dregs.pulled/1");
  EXPECT_EQ(run.report["since"], "2026-11-27T07:14:08Z");
  EXPECT_EQ(run.report["references"], 1);
  EXPECT_EQ(run.report["logs"][0]["pulls"], 1);
  const std::string first = state();
  EXPECT_EQ(parse_pulls(first, "").last_pull_ns("team/app", "v1"),
            1'795'763'648'000'000'000);
  // A log that is read twice counts once. No file is left beside the state.
  EXPECT_EQ(pulls({log, log}).exit_code, 0);
  EXPECT_EQ(state(), first);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 2);
}

TEST_F(PullsCommand, KnowsCompressedLogsByWhatTheyHold) {
  std::string text;
  for (int i = 0; i < 3000; ++i)
    text += logged("GET /v2/app/manifests/v" + std::to_string(i) + " HTTP/1.1");
  write("log", text);
  for (const char* program : {"gzip", "zstd"}) {
    const std::string packed = pack(program, "log");
    const std::string plainly_named = file("access.log.1");
    fs::rename(packed, plainly_named);
    fs::remove(file("state"));
    const JsonRun run = pulls({plainly_named});
    EXPECT_EQ(run.report["logs"][0]["pulls"], 3000) << program;
    EXPECT_EQ(run.report["logs"][0]["problem"], nullptr) << program;
    // The file holds two members, as logrotate's dateext and cat make it.
    const std::string bytes = store_.read(plainly_named);
    const JsonRun both = pulls({write("both", bytes + bytes)});
    EXPECT_EQ(both.report["logs"][0]["pulls"], 6000) << program;
    const JsonRun cut =
        pulls({write("cut", bytes.substr(0, bytes.size() - 20))});
    EXPECT_EQ(cut.exit_code, 0);
    EXPECT_NE(cut.report["logs"][0]["problem"], nullptr) << program;
    const JsonRun bad = pulls({write("bad", bytes + std::string(50, 'x'))});
    EXPECT_EQ(bad.report["logs"][0]["pulls"], 3000) << program;
    EXPECT_THAT(bad.report["logs"][0]["problem"].get<std::string>(),
                HasSubstr("damaged"));
  }
}

TEST_F(PullsCommand, ReadsAHalfWrittenLineWhenItIsWhole) {
  const std::string whole = logged(kPullOfV1);
  const JsonRun half = pulls({write("log", whole.substr(0, 60))});
  EXPECT_EQ(half.exit_code, 0);
  EXPECT_EQ(half.report["logs"][0]["half_written"], true);
  EXPECT_EQ(half.report["logs"][0]["foreign"], 0);
  EXPECT_EQ(half.report["references"], 0);
  EXPECT_EQ(pulls({write("log", whole)}).report["references"], 1);
}

TEST_F(PullsCommand, TheWindowsSmokeTestAndIgnoredAgentsDoNotCount) {
  const std::string log = write("log", logged(kPullOfV1, "dregs-smoke-test") +
                                           logged(kPullOfV1, "Trivy/0.5") +
                                           logged(kPullOfV1, "clair"));
  const JsonRun run =
      pulls({"--ignore-agent", "Trivy*", "--ignore-agent", "clair", log});
  EXPECT_EQ(run.report["logs"][0]["ignored_agents"], 3);
  EXPECT_EQ(run.report["references"], 0);
}

TEST_F(PullsCommand, TheAgentsThatAPolicyNamesDoNotCount) {
  const std::string policy = write("policy.yml", R"(version: 1
rules:
- {repositories: ['**'], tags: ['*'], keep: {pulled_within: 90d}}
pulls: {state: state, ignore_agents: ['Trivy*']}
)");
  const std::string log = write("log", logged(kPullOfV1, "Trivy/0.5"));
  const JsonRun run = pulls({"--policy", policy, log});
  EXPECT_EQ(run.report["logs"][0]["ignored_agents"], 1);
  EXPECT_EQ(run.report["references"], 0);
}

TEST_F(PullsCommand, ForeignLinesAreSaidAndDoNoHarm) {
  const std::string log =
      write("log", "hello\n" + std::string(17 * 1024 * 1024, 'x') + "\n" +
                       logged(kPullOfV1));
  const JsonRun run = pulls({log});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.report["logs"][0]["foreign"], 2);
  EXPECT_EQ(run.report["logs"][0]["pulls"], 1);
  const ProgramResult text =
      run_dregs(store_, {"pulls", "--state", file("state"), log});
  EXPECT_THAT(text.out, HasSubstr("1 pull, 2 lines of no known format"));
  EXPECT_THAT(text.out, HasSubstr("line 1, 2"));
}

TEST_F(PullsCommand, ADamagedStateIsRefusedAndLeftAsItWas) {
  write("state", "{\"schema\":");
  const JsonRun run = pulls({write("log", logged(kPullOfV1))});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr(file("state")));
  EXPECT_EQ(state(), "{\"schema\":");
}

TEST_F(PullsCommand, ALogThatCannotBeReadChangesNothing) {
  EXPECT_EQ(pulls({write("log", logged(kPullOfV1)), file("none")}).exit_code,
            2);
  EXPECT_FALSE(fs::exists(file("state")));
  EXPECT_EQ(pulls({folder_.string()}).exit_code, 2);
  EXPECT_EQ(pulls({}).exit_code, 2);
}

TEST_F(PullsCommand, LsShowsAndSortsByWhatIsKnown) {
  const BuiltImage arm = store_.image("app", "", {"arm64"});
  store_.index("app", "by-child", {arm.manifest});
  const BuiltImage by_digest = store_.image("app", "by-digest", {"base"});
  store_.image("app", "by-tag", {"tagged"});
  store_.image("app", "never", {"never"});
  const auto get = [](const std::string& reference) {
    return "GET /v2/app/manifests/" + reference + " HTTP/1.1";
  };
  pulls({write("log", logged(get("by-tag"), "docker", "05:00:00") +
                          logged(get(by_digest.manifest.to_string()), "docker",
                                 "06:00:00") +
                          logged(get(arm.manifest.to_string())))});
  const JsonRun run = run_for_json(
      store_, {"ls", "app", "--sort", "pulled", "--pulls", file("state")});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  std::vector<std::string> tags;
  for (const Json& tag : run.report["tags"]) tags.push_back(tag["tag"]);
  EXPECT_THAT(tags, ElementsAre("by-child", "by-digest", "by-tag", "never"));
  EXPECT_EQ(run.report["tags"][0]["pulled"], "2026-11-27T07:14:08Z");
  EXPECT_EQ(run.report["tags"][3]["pulled"], nullptr);
  const ProgramResult text =
      run_dregs(store_, {"ls", "app", "--pulls", file("state")});
  EXPECT_THAT(text.out, HasSubstr("PULLED"));
  EXPECT_THAT(text.out, HasSubstr("2026-11-27 05:00"));
  EXPECT_EQ(run_dregs(store_, {"ls", "app", "--sort", "pulled"}).exit_code, 2);
  EXPECT_EQ(run_dregs(store_, {"ls", "app", "--pulls", file("no")}).exit_code,
            2);
}

TEST_F(PullsCommand, NeedsNoRegistryButLeavesNothingInOne) {
  const std::string log = write("log", logged(kPullOfV1));
  const ProgramResult alone =
      run_program({kDregsProgram, "pulls", "--state", file("state"), log});
  EXPECT_EQ(alone.exit_code, 0) << alone.err;
  const std::string inside = (store_.v2() / "state").string();
  EXPECT_EQ(run_dregs(store_, {"pulls", "--state", inside, log}).exit_code, 2);
  EXPECT_FALSE(fs::exists(inside));
}

}  // namespace
}  // namespace dregs
