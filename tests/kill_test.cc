// The real dregs, killed at moments spread over its whole run: what is left is
// whole, and the next run ends where an undisturbed one does.
//
// DREGS_KILLS=600 kills that often; tests/kill_many does.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include "tests/paths.h"
#include "tests/registry_server.h"
#include "tests/run_program.h"
#include "tests/undisturbed.h"

namespace dregs {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr int kManyRepositories = 4;
constexpr int kImages = 60;

// Every other image is garbage, so that most of a run is the sweep.
void build_many(StoreBuilder& store) {
  build_one_of_each(store);
  for (int i = 0; i < kImages; ++i) {
    const std::string number = std::to_string(i);
    const std::string repository =
        "many/r" + std::to_string(i % kManyRepositories);
    store.image(repository, "v" + number, {"base", "live " + number});
    store.delete_manifest(
        repository,
        store.image(repository, "", {"base", "dead " + number}).manifest);
    store.image(repository, "", {"base", "untagged " + number});
    store.layer(repository, "pushed in vain " + number);
  }
}

int wanted_kills() {
  const char* text = std::getenv("DREGS_KILLS");
  return text == nullptr ? 60 : std::atoi(text);
}

class KilledGc : public testing::TestWithParam<bool> {
 protected:
  KilledGc() { build_many(template_store); }

  std::vector<std::string> gc(const std::filesystem::path& root) const {
    std::vector<std::string> arguments = {
        kDregsProgram,          "gc", "-q",     "-j2",
        "--uploads-older-than", "0",  "--root", root.string()};
    if (GetParam()) arguments.emplace_back("-m");
    return arguments;
  }

  // Hard links, so that a copy costs no writing: removing a name leaves the
  // other copies alone.
  void copy_template(const std::filesystem::path& root) const {
    const ProgramResult copied = run_program(
        {"cp", "-al", template_store.root() / "docker", root.string()});
    if (copied.exit_code != 0) throw std::runtime_error(copied.err);
  }

  // Whether the kill came before the end.
  bool kill_after(microseconds delay, const std::filesystem::path& root) const {
    const pid_t pid = start_process(gc(root), {}, "/", "/dev/null");
    std::this_thread::sleep_for(delay);
    kill(pid, SIGKILL);
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status);
  }

  microseconds time_of_a_run() const {
    const EmptyRoot root;
    copy_template(root.path);
    const auto start = steady_clock::now();
    run_program(gc(root.path));
    return duration_cast<microseconds>(steady_clock::now() - start);
  }

  struct EmptyRoot {
    EmptyRoot() {
      std::filesystem::remove_all(path);
      std::filesystem::create_directories(path);
    }
    ~EmptyRoot() { std::filesystem::remove_all(path); }
    EmptyRoot(const EmptyRoot&) = delete;
    EmptyRoot& operator=(const EmptyRoot&) = delete;
    std::filesystem::path path = StoreBuilder().root().string() + "-killed";
  };

  StoreBuilder template_store;
  Undisturbed undisturbed{build_many, GetParam()};
};

TEST_P(KilledGc, LeavesEveryLiveImageAndTheNextRunFinishes) {
  const int kills = wanted_kills() / 2;
  std::mt19937 random(4711);
  microseconds run = std::min(time_of_a_run(), time_of_a_run());
  int in_the_sweep = 0;
  for (int i = 0; i < kills; ++i) {
    SCOPED_TRACE(i);
    const EmptyRoot root;
    copy_template(root.path);
    const std::filesystem::path v2 = root.path / "docker/registry/v2";
    const auto delay =
        run * std::uniform_int_distribution(0, 100)(random) / 100;
    const bool in_time = kill_after(delay, root.path);
    // Others use this machine too: what a run takes changes.
    run = in_time ? run * 51 / 50 : run * 19 / 20;
    EXPECT_EQ(undisturbed.harm_in(v2), "");
    if (undisturbed.is_half_done(v2)) ++in_the_sweep;
    EXPECT_EQ(run_program(gc(root.path)).exit_code, 1);  // one is damaged
    EXPECT_EQ(undisturbed.difference(v2), "");
  }
  RecordProperty("kills", kills);
  RecordProperty("in_the_sweep", in_the_sweep);
  std::printf("%d of %d kills came while it was removing\n", in_the_sweep,
              kills);
  EXPECT_GE(in_the_sweep, kills / 10);
}

INSTANTIATE_TEST_SUITE_P(Gc, KilledGc, testing::Bool(), [](const auto& test) {
  return test.param ? "DeleteUntagged" : "Plain";
});

}  // namespace
}  // namespace dregs
