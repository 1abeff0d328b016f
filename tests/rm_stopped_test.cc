// `rm` that is stopped between any two of its system calls leaves only what
// can be served, and running it again ends where an undisturbed run does.
#include <gtest/gtest.h>

#include "gc/requested_removal.h"
#include "tests/collect.h"
#include "tests/faulty_disk.h"
#include "tests/servable.h"
#include "tests/store_builder.h"

namespace dregs {
namespace {

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

void remove_requested(const StoreBuilder& store, const Digest& manifest) {
  const Descriptor v2 = open_folder(AT_FDCWD, store.v2().string());
  StopRequest stop;
  SurveyProgress surveyed;
  const Survey survey = take_survey(v2.get(), false, stop, surveyed);
  const std::vector<std::string> words = {"team/app", "team/app/**", "tags:v1",
                                          "manifests@" + manifest.to_string()};
  const Plan plan = plan_removal(
      survey.inventory,
      expand(survey.inventory, select(survey.inventory, parse_image_refs(words),
                                      Unmatched::is_nothing)));
  SweepProgress swept;
  DiskRemover remover(v2.get(), survey.inventory);
  sweep(
      plan, survey.inventory, remover,
      [&](const std::set<std::uint32_t>&) { return plan; }, stop, swept);
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

}  // namespace
}  // namespace dregs
