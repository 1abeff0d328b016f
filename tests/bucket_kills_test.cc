// dregs is killed before a request that it makes to a bucket, one run for each:
// no image is harmed, and the next run finishes (object-storage.md#4).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "tests/served_bucket.h"

namespace dregs {
namespace {

using Commands = std::vector<std::vector<std::string>>;
using Objects = std::map<std::string, std::string>;

constexpr int kKilled = 128 + SIGKILL;

struct KilledCommand {
  std::string name;
  std::string versioning;  // of the bucket
  Commands before;         // what runs undisturbed first
  std::vector<std::string> command;
  // Runs behind it: a name that is gone already says nothing of what is left.
  Commands behind = {};
  bool spoilt = false;  // a layer of the image that stays

  friend void PrintTo(const KilledCommand& killed, std::ostream* out) {
    *out << killed.name;
  }
};

// A registry in which something is to do for each command.
class FilledBucket {
 public:
  explicit FilledBucket(const KilledCommand& killed) {
    bucket_.fill(store_);
    bucket_.set_versioning(killed.versioning);
    if (killed.spoilt)
      bucket_.put_at(StoreBuilder::blob_path(kept_.layers[1]), "wrong");
    for (const auto& command : killed.before) run(command);
  }

  ProgramResult run(std::vector<std::string> command) {
    command.insert(command.end(), {"--connections", "1"});
    return bucket_.run(command);
  }

  // Returns whether it asked so often.
  bool kill_at_request(std::uint64_t nth, std::vector<std::string> command) {
    const std::string file = (store_.root() / "pid").string();
    bucket_.run_below({"sh", "-c", "echo $$ >\"$0\"; exec \"$@\"", file});
    bucket_.server().admit([&](std::uint64_t asked) {
      if (asked < nth) return true;
      pid_t pid = 0;
      std::ifstream(file) >> pid;
      if (pid > 0) kill(pid, SIGKILL);
      return false;
    });
    const ProgramResult result = run(std::move(command));
    bucket_.run_below({});
    bucket_.server().admit({});
    return result.exit_code == kKilled;
  }

  Objects objects() { return bucket_.served(); }

 private:
  StoreBuilder store_;
  BuiltImage kept_ = store_.image("app", "v1", {"base", "app"});
  BuiltImage gone_ = store_.image("app", "", {"base", "gone"});
  BuiltImage alone_ = store_.image("team/old", "v1", {"base", "old"});
  Digest garbage_ = store_.blob("garbage");
  ServedBucket bucket_;
};

std::vector<std::string> paths_of(const Objects& objects) {
  std::vector<std::string> paths;
  for (const auto& [path, bytes] : objects) paths.push_back(path);
  return paths;
}

// Each request takes two runs of a second: by default every third one is tried.
std::uint64_t step() { return std::getenv("DREGS_EVERY_KILL") ? 1 : 3; }

class KilledInABucket : public testing::TestWithParam<KilledCommand> {};

TEST_P(KilledInABucket, BeforeAnyRequestHarmsNoImageAndTheNextRunFinishes) {
  const std::vector<std::string>& command = GetParam().command;
  FilledBucket undisturbed(GetParam());
  const Objects before = undisturbed.objects();
  undisturbed.run(command);
  const Objects after = undisturbed.objects();
  ASSERT_NE(before, after);
  for (const auto& each : GetParam().behind) undisturbed.run(each);
  const std::vector<std::string> done = paths_of(undisturbed.objects());
  for (std::uint64_t nth = 1;; nth += step()) {
    SCOPED_TRACE("killed before request " + std::to_string(nth));
    FilledBucket killed(GetParam());
    if (!killed.kill_at_request(nth, command)) {
      EXPECT_GT(nth, 5U);
      return;
    }
    const Objects then = killed.objects();
    for (const auto& [path, bytes] : after)
      if (const auto was = before.find(path);
          was != before.end() && was->second == bytes) {
        EXPECT_TRUE(then.contains(path)) << path;
      }
    const ProgramResult next = killed.run(command);
    for (const auto& each : GetParam().behind) killed.run(each);
    EXPECT_EQ(paths_of(killed.objects()), done) << next.err;
  }
}

const std::vector<std::string> kCollect = {"gc", "-m", "--min-age", "0"};
const std::vector<std::string> kCollectAside = {"gc", "-m", "--min-age", "0",
                                                "--trash"};

INSTANTIATE_TEST_SUITE_P(
    , KilledInABucket,
    testing::Values(
        KilledCommand{"Gc", "", {}, kCollect},
        KilledCommand{"GcToTheTrash", "", {}, kCollectAside},
        KilledCommand{"GcToVersions", "Enabled", {}, kCollectAside},
        KilledCommand{"RmOfATag", "", {}, {"rm", "app:v1", "--gc"}, {kCollect}},
        KilledCommand{
            "RmOfARepository", "", {}, {"rm", "team/old", "--gc"}, {kCollect}},
        KilledCommand{"TrashRestore",
                      "",
                      {kCollectAside},
                      {"trash", "restore", "latest"}},
        KilledCommand{"TrashRestoreOfVersions",
                      "Enabled",
                      {kCollectAside},
                      {"trash", "restore", "latest"}},
        KilledCommand{
            "VerifyQuarantine", "", {}, {"verify", "--quarantine"}, {}, true}),
    [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace dregs
