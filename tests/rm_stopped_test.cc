// `rm` that is stopped between any two of its system calls leaves only what
// can be served, and running it again ends where an undisturbed run does.
#include <gtest/gtest.h>

#include <filesystem>

#include "gc/decide/requested_removal.h"
#include "gc/survey/take_survey.h"
#include "tests/collect.h"
#include "tests/faulty_disk.h"
#include "tests/servable.h"
#include "tests/store_builder.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

// What is removed below: a repository with nested ones, a tag, and a manifest,
// which is returned.
Digest build_five(StoreBuilder& store) {
  const BuiltImage amd = store.image("team/app", "v1", {"base", "amd64"});
  const BuiltImage arm = store.image("team/app", "", {"base", "arm64"});
  store.index("team/app", "all", {amd.manifest, arm.manifest});
  store.image("team/app/web", "v1", {"base", "web"});
  for (const char* tag : {"v1", "v2"}) store.image("tags", tag, {"base", tag});
  const BuiltImage old = store.image("manifests", "v1", {"base", "old"});
  store.tag("manifests", "stable", old.manifest);
  store.image("manifests", "v1", {"base", "new"});
  store.image("stays", "v1", {"base"});
  return old.manifest;
}

// The passes of `rm`, so that a test can step between them.
class RequestedSweep {
 public:
  RequestedSweep(const StoreBuilder& store,
                 const std::vector<std::string>& words)
      : v2_(open_folder(AT_FDCWD, store.v2().string())) {
    SurveyProgress surveyed;
    survey_ = take_survey(v2_.get(), false, stop_, surveyed);
    plan_ =
        plan_removal(survey_.inventory,
                     expand(survey_.inventory,
                            select(survey_.inventory, parse_image_refs(words),
                                   Unmatched::is_nothing)));
  }

  SweepResult run() {
    SweepProgress swept;
    DiskRemover remover(v2_.get(), survey_.inventory);
    return sweep(
        plan_, survey_.inventory, remover,
        [this](const std::set<std::uint32_t>&) { return plan_; }, stop_, swept);
  }

 private:
  Descriptor v2_;
  StopRequest stop_;
  Survey survey_;
  Plan plan_;
};

void remove_requested(const StoreBuilder& store, const Digest& manifest) {
  RequestedSweep(store, {"team/app", "team/app/**", "tags:v1",
                         "manifests@" + manifest.to_string()})
      .run();
}

std::string lacking(const StoreBuilder& store) {
  std::string all;
  for (const auto& [image, lacks] : images_and_what_they_lack(store.v2()))
    for (const std::string& what : lacks) all += image + " " + what + "\n";
  return all;
}

TEST(RmStopped, BeforeAnyCallLeavesOnlyWhatCanBeServedAndCanBeRunAgain) {
  StoreBuilder undisturbed;
  const Digest old = build_five(undisturbed);
  std::size_t calls = 0;
  {
    const FaultyDisk disk([](std::size_t, auto) { return 0; });
    remove_requested(undisturbed, old);
    calls = disk.calls();
  }
  ASSERT_GT(calls, 20U);
  EXPECT_EQ(images_and_what_they_lack(undisturbed.v2()).size(), 7U);
  collect(undisturbed.v2(), false);
  const TreeSnapshot end = undisturbed.snapshot();
  for (std::size_t n = 0; n < calls; ++n) {
    SCOPED_TRACE(n);
    StoreBuilder store;
    build_five(store);
    {
      const FaultyDisk disk(stop_at(n));
      remove_requested(store, old);
    }
    EXPECT_EQ(lacking(store), "");
    remove_requested(store, old);
    collect(store.v2(), false);
    EXPECT_EQ(files_lost(store.snapshot(), end), std::set<std::string>());
    EXPECT_EQ(store.snapshot().size(), end.size());
  }
}

TEST(RmMeanwhile, ATagThatIsMovedBeforeItGoesStaysWithItsHistory) {
  StoreBuilder store;
  store.image("app", "v1", {"old"});
  const Digest other = store.image("app", "v2", {"new"}).manifest;
  RequestedSweep removal(store, {"app:v1"});
  store.move_tag("app", "v1", other);
  const TreeSnapshot before = store.snapshot();
  EXPECT_FALSE(removal.run().complete);
  EXPECT_EQ(store.snapshot(), before);
}

// The moved folder is the very one that was scanned.
TEST(RmMeanwhile, ATagsFolderThatBecameASymbolicLinkIsNotFollowed) {
  for (const char* folder : {"", "/current", "/index", "/index/sha256"}) {
    SCOPED_TRACE(folder);
    StoreBuilder store;
    store.image("app", "v1", {"base"});
    RequestedSweep removal(store, {"app:v1"});
    const fs::path swapped =
        store.v2() / (StoreBuilder::tag_folder("app", "v1") + folder);
    fs::rename(swapped, store.root() / "outside");
    fs::create_directory_symlink(store.root() / "outside", swapped);
    const TreeSnapshot before = snapshot_tree(store.root());
    EXPECT_FALSE(removal.run().complete);
    EXPECT_EQ(snapshot_tree(store.root()), before);
  }
}

}  // namespace
}  // namespace dregs
