// A registry that nobody stopped: pushes go on while dregs runs again and
// again.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <map>
#include <thread>

#include "scanner/files/descriptor.h"
#include "scanner/formats/sha256.h"
#include "tests/gc_run.h"
#include "tests/paths.h"
#include "tests/pushed_images.h"
#include "tests/servable.h"

namespace dregs {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

class LiveGc : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_registry_and_client())
      GTEST_SKIP() << "docker-registry or skopeo is not installed";
    store.image("app", "v1", {"base", "old"});
    store.image("app", "v1", {"base", "new"});
    store.layer("app", "spare");
  }

  StoreBuilder store;
};

// row 73
TEST_F(LiveGc, RefusesEveryTimeWhileAServerTakesPushes) {
  const LiveRegistry registry(store);
  const TreeSnapshot before = store.snapshot();
  for (int i = 0; i < 4; ++i) {
    const ImageFolder image({"base", std::to_string(i)});
    std::jthread pusher([&] {
      EXPECT_TRUE(image.push(registry.url("app:p" + std::to_string(i))));
    });
    const GcRun run = run_gc(store, {"-m"});
    EXPECT_EQ(run.exit_code, 3);
    EXPECT_THAT(run.refused(),
                HasSubstr("process " + std::to_string(registry.pid())));
  }
  EXPECT_THAT(files_lost(before, store.snapshot()), testing::IsEmpty());
}

// dregs in a container of its own: /proc there shows no server.
class HiddenServer : public LiveGc {
 protected:
  void SetUp() override {
    LiveGc::SetUp();
    if (IsSkipped()) return;
    if (run_program({"unshare", "--pid", "--fork", "--mount-proc", "true"})
            .exit_code != 0)
      GTEST_SKIP() << "no PID namespace may be made here";
  }

  int gc() const {
    return run_program({"unshare", "--pid", "--fork", "--mount-proc",
                        kDregsProgram, "gc", "-m", "-q", "--root",
                        store.root().string()})
        .exit_code;
  }

  struct Pushes {
    std::map<std::string, const ImageFolder*> taken;  // by REPO:TAG
    int failed = 0;
  };

  // One tag moves around three images, so that gc -m finds what the next push
  // needs again to be garbage; the other images are new.
  Pushes push_for(std::chrono::seconds time, const LiveRegistry& registry) {
    Pushes pushes;
    const auto end = std::chrono::steady_clock::now() + time;
    for (int i = 0; std::chrono::steady_clock::now() < end; ++i) {
      const std::string number = std::to_string(i);
      fresh_.push_back(std::make_unique<ImageFolder>(
          std::vector<std::string>{"base", number}));
      push(pushes, *fresh_.back(), "app:v" + number, registry);
      push(pushes, *moving_[static_cast<std::size_t>(i) % 3], "app:moving",
           registry);
    }
    return pushes;
  }

 private:
  static void push(Pushes& pushes, const ImageFolder& image,
                   const std::string& name, const LiveRegistry& registry) {
    if (image.push(registry.url(name)))
      pushes.taken[name] = &image;
    else
      ++pushes.failed;
  }

  std::vector<std::unique_ptr<ImageFolder>> fresh_;
  std::unique_ptr<ImageFolder> moving_[3] = {
      std::make_unique<ImageFolder>(std::vector<std::string>{"base", "red"}),
      std::make_unique<ImageFolder>(std::vector<std::string>{"base", "green"}),
      std::make_unique<ImageFolder>(std::vector<std::string>{"base", "blue"})};
};

TEST_F(HiddenServer, EveryPushThatWasTakenCanBePulledByteForByte) {
  Pushes pushes;
  int done = 0;
  int refused = 0;
  {
    const LiveRegistry registry(store);
    std::atomic<bool> pushing = true;
    std::jthread pusher([&] {
      pushes = push_for(std::chrono::seconds(8), registry);
      pushing = false;
    });
    while (pushing) {
      const int code = gc();
      EXPECT_THAT(code, AnyOf(0, 1, 3, 4));
      ++(code < 2 ? done : refused);
    }
  }
  const LiveRegistry restarted(store);
  for (const auto& [name, image] : pushes.taken)
    EXPECT_EQ(image->pull_differs(restarted.url(name)), "");
  std::printf("%zu pushes taken, %d not; dregs finished %d times of %d\n",
              pushes.taken.size(), pushes.failed, done, done + refused);
  EXPECT_GE(pushes.taken.size(), 3U);
}

TEST_F(LiveGc, AReadOnlyServerMayStayAndTheReportSaysWhatToDoAfterwards) {
  const LiveRegistry registry(store,
                              "maintenance: {readonly: {enabled: true}}\n"
                              "  cache: {blobdescriptor: redis}",
                              "redis: {addr: '127.0.0.1:1'}");
  const GcRun run = run_gc(store);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.removed("blob").size(), 1U);
  const auto finding = run.finding("registry-readonly");
  ASSERT_FALSE(finding.is_null());
  const std::string detail = finding.at("detail");
  EXPECT_THAT(detail, HasSubstr("process " + std::to_string(registry.pid())));
  EXPECT_THAT(detail, HasSubstr("restart it afterwards"));
  EXPECT_THAT(detail, HasSubstr("flush its Redis"));
  EXPECT_FALSE(run.finding("restart-registry").is_null());
  EXPECT_FALSE(run.finding("flush-redis").is_null());
}

TEST(TwoRuns, TheSecondIsRefusedWhileAnybodyHoldsTheLock) {
  StoreBuilder store;
  store.layer("app", "spare");
  store.folder("repositories/app/_manifests/revisions/sha256");
  const Descriptor v2 = open_folder(AT_FDCWD, store.v2().string());
  ASSERT_EQ(flock(v2.get(), LOCK_EX | LOCK_NB), 0);
  const TreeSnapshot before = store.snapshot();
  const GcRun run = run_gc(store, {"--allow-empty"});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.refused(), HasSubstr("another dregs"));
  EXPECT_EQ(store.snapshot(), before);
  EXPECT_EQ(run_gc(store, {"--dry-run", "--allow-empty"}).exit_code, 0);
}

// The first says so much that it cannot end before somebody reads it.
TEST(TwoRuns, TheSecondIsRefusedUntilTheFirstHasEnded) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  for (int i = 0; i < 600; ++i)
    store.layer("app", "spare " + std::to_string(i));
  const std::string pipe = store.root() / "report";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const Descriptor reader(open(pipe.c_str(), O_RDONLY | O_NONBLOCK));
  const pid_t first = start_process({kDregsProgram, "gc", "--json", "--list",
                                     "--root", store.root().string()},
                                    {}, "/", pipe);
  while (store.has_blob(sha256("spare 599")))
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(run_gc(store).exit_code, 3);
  stop_process(first);
  EXPECT_EQ(run_gc(store).exit_code, 0);
}

// No server at all, but a script that moves a tag about.
TEST(Writers, AreNoticedBetweenMarkingAndSweepingByTheRealDregs) {
  StoreBuilder store;
  std::vector<Digest> images;
  for (int i = 0; i < 100; ++i) {
    const std::string number = std::to_string(i);
    images.push_back(
        store.image("app", "v" + number, {"base", number}).manifest);
    store.layer("app", "spare " + number);
  }
  std::atomic<bool> writing = true;
  std::jthread writer([&] {
    for (std::size_t i = 0; writing; ++i)
      store.tag("app", "moving", images[i % images.size()]);
  });
  int refused = 0;
  for (int i = 0; i < 10; ++i) {
    const auto blobs = snapshot_tree(store.v2() / "blobs");
    const int code = run_gc(store).exit_code;
    EXPECT_THAT(code, AnyOf(0, 1, 3, 4));
    refused += code == 3;
    if (code == 3) {
      EXPECT_EQ(snapshot_tree(store.v2() / "blobs"), blobs);
    }
  }
  writing = false;
  writer.join();
  EXPECT_GE(refused, 3);
  for (const auto& [image, lacks] : images_and_what_they_lack(store.v2()))
    EXPECT_THAT(lacks, testing::IsEmpty()) << image;
}

}  // namespace
}  // namespace dregs
