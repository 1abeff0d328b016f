// Whether the root that another process names is ours: by device and number.
#include "gc/processes/landmarks.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "tests/mounted_store.h"
#include "tests/registry_server.h"
#include "tests/store_builder.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

class LandmarksOf : public testing::Test {
 protected:
  // A /proc of our own with one process, whose root is that folder.
  void set_root(const fs::path& folder) {
    fs::remove_all(proc());
    fs::create_directories(proc() / "1");
    fs::create_directory_symlink(folder, proc() / "1/root");
  }
  fs::path proc() const { return store.root() / "proc"; }

  Match compare(const ResolvedRoot& root, const fs::path& theirs) const {
    return Landmarks(root).compare(ProcessView(proc().string(), 1),
                                   theirs.string());
  }

  StoreBuilder store;
  ResolvedRoot ours = resolve_root({.root = store.root().string()});
};

// Every filesystem's root has the same number, be it two volumes' or these.
TEST_F(LandmarksOf, AnotherDiskAreNotOursThoughTheirNumbersAre) {
  const auto root_of = [](const char* folder) {
    ResolvedRoot root;
    root.rootdirectory = folder;
    return root;
  };
  struct stat proc_root {};
  struct stat sys_root {};
  if (stat("/proc", &proc_root) != 0 || stat("/sys", &sys_root) != 0 ||
      proc_root.st_ino != sys_root.st_ino)
    GTEST_SKIP() << "no two filesystems of that kind here";
  set_root("/");
  EXPECT_EQ(compare(root_of("/proc"), "/proc"), Match::yes);
  EXPECT_EQ(compare(root_of("/sys"), "/proc"), Match::no);
}

TEST_F(LandmarksOf, ARootThatIsAFileAreNone) {
  set_root("/");
  const BuiltImage image = store.image("app", "v1", {"base"});
  EXPECT_EQ(compare(ours, fs::canonical(store.v2()) /
                              StoreBuilder::blob_path(image.manifest)),
            Match::no);
}

// Its folders have the numbers of ours, and are another device's.
TEST_F(LandmarksOf, AnOverlayOverOurRootMayBeOurs) {
  if (!can_mount()) GTEST_SKIP() << "may not mount";
  const StoreBuilder layers;
  for (const char* name : {"upper", "inner", "merged"})
    fs::create_directory(layers.root() / name);
  const std::string mount = "mount -t overlay none -o lowerdir=" +
                            fs::canonical(store.root()).string() +
                            ",upperdir=$PWD/upper,workdir=$PWD/inner merged";
  const pid_t pid = start_process(
      {"unshare", "--mount", "sh", "-ec", mount + "; exec sleep 60"},
      {"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, layers.root(),
      layers.root() / "log");
  set_root("/proc/" + std::to_string(pid) + "/root");
  Match match = Match::no;
  for (int tries = 0; tries < 500 && match == Match::no; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    match = compare(ours, fs::canonical(layers.root()) / "merged");
  }
  stop_process(pid);
  EXPECT_EQ(match, Match::unknown) << layers.read(layers.root() / "log");
}

}  // namespace
}  // namespace dregs
