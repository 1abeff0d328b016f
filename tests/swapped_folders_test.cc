// Somebody swaps folders for symbolic links that lead outside, between the
// scan and the sweep: the sweep must not follow.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <thread>

#include "gc/mark/diagnose.h"
#include "gc/mark/mark.h"
#include "gc/remove/sweep.h"
#include "scanner/disk/manifest_reader.h"
#include "scanner/disk/scan.h"
#include "scanner/files/descriptor.h"
#include "scanner/store/read_manifests.h"
#include "tests/canary.h"
#include "tests/mounted_store.h"
#include "tests/store_builder.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

// A store in which a sweep has something of every kind to remove.
class SwappedFolders : public ::testing::Test {
 protected:
  void SetUp() override {
    const BuiltImage old = store_.image("app", "v1", {"base", "old"});
    store_.move_tag("app", "v1", store_.image("app", "", {"base"}).manifest);
    store_.image("gone", "", {"base"});
    store_.blob("garbage");
    store_.upload("app", "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e21",
                  std::chrono::hours(1), "half");
    store_.temp_file(StoreBuilder::revision_path("app", store_.blob("never")));
  }

  Plan plan() {
    v2_ = open_folder(AT_FDCWD, store_.v2().string());
    ScanProgress scanned;
    inventory_ = scan(v2_.get(), stop_, scanned);
    ManifestProgress read;
    graph_ = read_manifests(DiskManifests(v2_.get()), inventory_, stop_, read);
    pins_ = diagnose(inventory_, graph_, false).pins;
    policy_.delete_untagged = true;
    policy_.uploads_older_than_ns = 0;
    policy_.now_ns = inventory_.started_ns;
    return plan_again({});
  }

  Plan plan_again(const std::set<std::uint32_t>& failed) const {
    Pins pins = pins_;
    for (const std::uint32_t repository : failed)
      pins[repository].push_back({FindingKind::removal_failed, ""});
    return make_plan(inventory_, mark(inventory_, graph_, pins, policy_),
                     policy_);
  }

  SweepResult sweep_all(Plan planned) {
    DiskRemover remover(v2_.get(), inventory_);
    SweepProgress progress;
    return sweep(
        std::move(planned), inventory_, remover,
        [this](const std::set<std::uint32_t>& failed) {
          return plan_again(failed);
        },
        stop_, progress);
  }

  // Every folder from v2 down to each removal.
  std::set<std::string> folders_of(const Plan& planned) const {
    std::set<std::string> folders;
    for (const Removal& removal : planned.removals)
      for (fs::path path = path_of(removal, inventory_); !path.empty();
           path = path.parent_path())
        if (fs::is_directory(store_.v2() / path)) folders.insert(path.string());
    return folders;
  }

  StoreBuilder store_;
  Descriptor v2_;
  Inventory inventory_;
  ManifestGraph graph_;
  Pins pins_;
  Policy policy_;
  StopRequest stop_;
};

// The moved folder is the very one that was scanned, with the same files and
// times: whoever followed the link would find nothing amiss.
void swap_for_link(const fs::path& folder, const fs::path& outside) {
  fs::rename(folder, outside);
  fs::create_directory_symlink(outside, folder);
}

TEST_F(SwappedFolders, ThePlanHasSomethingOfEveryKind) {
  std::set<RemovalKind> kinds;
  for (const Removal& removal : plan().removals) kinds.insert(removal.kind);
  EXPECT_EQ(kinds, (std::set{RemovalKind::tag_history, RemovalKind::revision,
                             RemovalKind::layer_link, RemovalKind::blob,
                             RemovalKind::upload, RemovalKind::temporary,
                             RemovalKind::folder}));
}

void hide_under_mount(const fs::path& folder, const fs::path& outside) {
  fs::rename(folder, outside);
  fs::create_directory(folder);
  ASSERT_EQ(mount(outside.c_str(), folder.c_str(), nullptr, MS_BIND, nullptr),
            0);
}

class SwappedFolder : public SwappedFolders {
 public:
  void hide_and_sweep(const std::string& folder) {
    SetUp();
    Plan planned = plan();
    const fs::path outside = store_.root() / "outside";
    hide_under_mount(store_.v2() / folder, outside);
    const TreeSnapshot before = snapshot_tree(outside);
    EXPECT_FALSE(sweep_all(std::move(planned)).complete);
    EXPECT_EQ(snapshot_tree(outside), before);
    umount2((store_.v2() / folder).c_str(), MNT_DETACH);
  }
  // Builds the same store anew for one folder of the plan.
  void swap_and_sweep(const std::string& folder) {
    SetUp();
    Plan planned = plan();
    const Canary canary(store_.root() / "canary");
    const fs::path outside = store_.root() / "outside";
    swap_for_link(store_.v2() / folder, outside);
    const TreeSnapshot before = snapshot_tree(outside);
    const SweepResult result = sweep_all(std::move(planned));
    EXPECT_EQ(snapshot_tree(outside), before);
    EXPECT_TRUE(fs::is_symlink(store_.v2() / folder));
    EXPECT_FALSE(result.complete);
    EXPECT_TRUE(canary.unharmed());
  }
  void TestBody() override {}
  std::set<std::string> folders() {
    SetUp();
    return folders_of(plan());
  }
};

TEST(Swapped, NoFolderOnTheWayToARemovalIsFollowedOutOfTheStore) {
  const std::set<std::string> folders = SwappedFolder().folders();
  EXPECT_GT(folders.size(), 30u);
  for (const std::string& folder : folders) {
    SCOPED_TRACE(folder);
    SwappedFolder().swap_and_sweep(folder);
  }
}

// In a mount namespace of the thread's own. Whatever is opened below a folder
// that was opened there is in it, too, whichever thread opens it.
TEST(Swapped, NothingGoesThroughAMountThatHasAppeared) {
  if (!can_mount()) GTEST_SKIP() << "may not mount";
  std::thread([] {
    ASSERT_EQ(unshare(CLONE_NEWNS), 0);
    ASSERT_EQ(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    for (const std::string& folder : SwappedFolder().folders()) {
      SCOPED_TRACE(folder);
      SwappedFolder().hide_and_sweep(folder);
    }
  }).join();
}

TEST_F(SwappedFolders, AFolderInsideAnUploadIsNotFollowedEither) {
  const std::string folder =
      StoreBuilder::upload_path("app", "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e21");
  Plan planned = plan();
  const Canary canary(store_.root() / "canary");
  store_.remove(folder + "/hashstates");
  store_.symlink(canary.folder(), folder + "/hashstates");
  EXPECT_FALSE(sweep_all(std::move(planned)).complete);
  EXPECT_TRUE(canary.unharmed());
  EXPECT_TRUE(fs::is_symlink(store_.v2() / folder / "hashstates"));
}

TEST_F(SwappedFolders, AFileThatBecameALinkStaysWithWhatItLeadsTo) {
  const std::string data = StoreBuilder::blob_path(store_.blob("more garbage"));
  Plan planned = plan();
  const Canary canary(store_.root() / "canary");
  store_.remove(data);
  store_.symlink(canary.folder() / "data", data);
  EXPECT_FALSE(sweep_all(std::move(planned)).complete);
  EXPECT_TRUE(canary.unharmed());
  EXPECT_TRUE(fs::is_symlink(store_.v2() / data));
}

}  // namespace
}  // namespace dregs
