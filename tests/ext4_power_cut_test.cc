// A real power cut, as far as a machine can have one and go on: ext4 on a loop
// device is shut down under a running dregs, and loses all that its journal
// has not committed. Needs root and loop devices.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <random>
#include <thread>

#include "scanner/files/descriptor.h"
#include "tests/paths.h"
#include "tests/registry_server.h"
#include "tests/run_program.h"
#include "tests/undisturbed.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;

// linux/ext4.h of newer kernels' headers; the number is part of the ABI.
constexpr unsigned long kShutdown = _IOR('X', 125, std::uint32_t);
constexpr std::uint32_t kWithoutFlushingTheJournal = 2;

void build_much_garbage(StoreBuilder& store) {
  build_one_of_each(store);
  for (int i = 0; i < 40; ++i)
    store.delete_manifest(
        "some/app",
        store.image("some/app", "", {"base", std::to_string(i)}).manifest);
}

bool succeeds(const std::vector<std::string>& command) {
  return run_program(command).exit_code == 0;
}

// An ext4 filesystem in a file. Mounts are seen by this thread alone, and go
// with it.
class LoopDisk {
 public:
  LoopDisk() : folder_(StoreBuilder().root().string() + "-disk") {
    fs::create_directories(mounted());
    std::ofstream(image()).close();
    fs::resize_file(image(), 24 << 20);
    const bool alone = unshare(CLONE_NEWNS) == 0 &&
                       succeeds({"mount", "--make-rprivate", "/"});
    usable_ = alone && succeeds({"mkfs.ext4", "-q", image()}) && mount();
  }
  ~LoopDisk() {
    unmount();
    fs::remove_all(folder_);
  }
  LoopDisk(const LoopDisk&) = delete;
  LoopDisk& operator=(const LoopDisk&) = delete;

  bool usable() const { return usable_; }
  fs::path mounted() const { return folder_ / "mounted"; }
  fs::path v2() const { return mounted() / "docker/registry/v2"; }

  bool mount() const {
    return succeeds({"mount", "-o", "loop", image(), mounted()});
  }
  bool unmount() const { return succeeds({"umount", mounted()}); }
  bool is_sound() const { return succeeds({"e2fsck", "-fn", image()}); }

  bool cut_power() const {
    std::uint32_t how = kWithoutFlushingTheJournal;
    const Descriptor folder = open_folder(AT_FDCWD, mounted().string());
    return ioctl(folder.get(), kShutdown, &how) == 0;
  }

 private:
  std::string image() const { return folder_ / "image"; }

  fs::path folder_;
  bool usable_ = false;
};

class PowerCutOnExt4 : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (!disk.usable()) GTEST_SKIP() << "cannot mount ext4 on a loop device";
    build_much_garbage(template_store);
  }

  void fill() const {
    fs::remove_all(disk.mounted() / "docker");
    ASSERT_TRUE(succeeds({"cp", "-a", template_store.root() / "docker",
                          disk.mounted().string()}));
    sync();
  }

  std::vector<std::string> gc() const {
    std::vector<std::string> arguments = {
        kDregsProgram,          "gc", "-q",
        "--uploads-older-than", "0",  "--root",
        disk.mounted().string()};
    if (GetParam()) arguments.emplace_back("-m");
    return arguments;
  }

  // Its exit code, or 128 and more where a signal ended it.
  int run_until_power_goes(microseconds after) const {
    const pid_t pid = start_process(gc(), {}, "/", "/dev/null");
    const auto end = std::chrono::steady_clock::now() + after;
    const std::string other = disk.mounted() / "others";
    // Commits in between, as other users of a disk bring them about.
    while (std::chrono::steady_clock::now() < end) {
      const Descriptor file(open(other.c_str(), O_WRONLY | O_CREAT, 0600));
      fsync(file.get());
    }
    EXPECT_TRUE(disk.cut_power());
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

  StoreBuilder template_store;
  Undisturbed undisturbed{build_much_garbage, GetParam()};
  LoopDisk disk;
};

TEST_P(PowerCutOnExt4, LeavesEveryLiveImageAndTheNextRunFinishes) {
  fill();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(run_program(gc()).exit_code, 1);  // one image is damaged
  auto run = std::chrono::duration_cast<microseconds>(
      std::chrono::steady_clock::now() - start);
  EXPECT_EQ(undisturbed.difference(disk.v2()), "");
  std::mt19937 random(42);
  int half_done = 0;
  for (int i = 0; i < 12; ++i) {
    SCOPED_TRACE(i);
    fill();
    const auto delay =
        run * std::uniform_int_distribution(10, 110)(random) / 100;
    run_until_power_goes(delay);
    ASSERT_TRUE(disk.unmount());
    ASSERT_TRUE(disk.mount());
    EXPECT_EQ(undisturbed.harm_in(disk.v2()), "");
    if (undisturbed.is_half_done(disk.v2())) ++half_done;
    EXPECT_EQ(run_program(gc()).exit_code, 1);
    EXPECT_EQ(undisturbed.difference(disk.v2()), "");
  }
  ASSERT_TRUE(disk.unmount());
  EXPECT_TRUE(disk.is_sound());
  std::printf("%d of 12 cuts left the sweep half done\n", half_done);
  EXPECT_GE(half_done, 1);
}

INSTANTIATE_TEST_SUITE_P(Gc, PowerCutOnExt4, testing::Bool(),
                         [](const auto& test) {
                           return test.param ? "DeleteUntagged" : "Plain";
                         });

}  // namespace
}  // namespace dregs
