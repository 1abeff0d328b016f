// Where no watch tells that somebody writes, all links are looked at once more
// before blobs go.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gc/guard/disk_watch.h"
#include "tests/collect.h"
#include "tests/gc_run.h"

namespace dregs {
namespace {

void build_app_with_garbage(StoreBuilder& store) {
  store.image("app", "v1", {"base", "old"});
  store.image("app", "v1", {"base", "new"});
  store.layer("app", "spare");
  store.blob("orphan");
}

// `rm` alone removes tags.
TEST(LookAgain, FindsATagThatRmRemovedAndSomebodyPushedAgain) {
  StoreBuilder store;
  build_app_with_garbage(store);
  const MarkedStore marked(store.v2(), policy_of_tests(false));
  Plan plan;
  plan.removals.push_back({RemovalKind::tag,
                           RemovalReason::requested,
                           0,
                           {},
                           0,
                           std::string("v1")});
  const auto look = [&] {
    return written_since(marked.inventory(), plan, {}, marked.v2(), {});
  };
  const Digest manifest = *marked.inventory().repositories[0].tags[0].current;
  store.untag("app", "v1");
  EXPECT_FALSE(look().changed);
  store.tag("app", "v1", manifest);
  EXPECT_TRUE(look().changed);
  EXPECT_EQ(look().repository, "app");
}

TEST(LookAgain, FindsNothingWhereARepositoryIsGoneAltogether) {
  StoreBuilder store;
  build_app_with_garbage(store);
  store.image("gone", "", {"base"});
  const MarkedStore marked(store.v2(), policy_of_tests(true));
  store.remove("repositories/gone");
  EXPECT_FALSE(
      written_since(marked.inventory(), {}, {0}, marked.v2(), {}).changed);
  EXPECT_FALSE(
      written_since(marked.inventory(), marked.plan(), {0}, marked.v2(), {})
          .changed);
}

TEST(LookAgain, FindsNothingOnceTheRunIsToStop) {
  StoreBuilder store;
  build_app_with_garbage(store);
  MarkedStore marked(store.v2(), policy_of_tests(true));
  store.image("app", "v2", {"new"});
  marked.stop().request(StopReason::deadline);
  EXPECT_FALSE(
      changed_since(marked.inventory(), marked.v2(), marked.stop()).changed);
  EXPECT_FALSE(written_since(marked.inventory(), marked.plan(), {}, marked.v2(),
                             marked.stop())
                   .changed);
}

TEST(LookAgain, IsAllThereIsWithoutAnyWatch) {
  if (!can_trace()) GTEST_SKIP() << "strace is missing or may not trace";
  StoreBuilder store;
  build_app_with_garbage(store);
  const Digest orphan = store.blob("orphan");
  const GcRun run =
      run_gc(store, {},
             {"strace", "-f", "-o", "/dev/null", "-e", "trace=inotify_init1",
              "-e", "inject=inotify_init1:error=EMFILE"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.finding("incomplete-watch").at("detail"),
              testing::StartsWith("Too many open files"));
  EXPECT_FALSE(store.has_blob(orphan));
}

TEST(LookAgain, IsNeededWhereOtherHostsMayWrite) {
  const auto reason = [](const char* v2) {
    return ForeignWrites(v2, Inventory()).reason();
  };
  EXPECT_THAT(reason("/proc"), testing::HasSubstr("other hosts may write"));
  EXPECT_THAT(reason("/nowhere"), testing::HasSubstr("other hosts may write"));
  EXPECT_EQ(reason("/proc/version"), "v2: Not a directory");
}

// As on NFS: here no watch of this kernel's sees the other host's push.
TEST(LookAgain, FindsAnotherHostsPushBeforeTheBlobsGo) {
  StoreBuilder store;
  build_app_with_garbage(store);
  MarkedStore marked(store.v2(), policy_of_tests(true));
  DiskWatch watch(marked.v2(), "/proc", marked.inventory(), marked.stop());
  EXPECT_EQ(watch.limits().size(), 1U);
  Precautions precautions = watch.precautions();
  precautions.undisturbed_links = [&, look = precautions.undisturbed_links](
                                      const Plan& plan,
                                      const std::set<std::uint32_t>& failed) {
    store.image("app", "v2", {"spare"});
    return look(plan, failed);
  };
  const SweepResult result = marked.sweep(precautions);
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.removed[static_cast<std::size_t>(RemovalKind::blob)].count,
            0U);
  EXPECT_EQ(marked.stop().reason(), StopReason::changed);
  ASSERT_TRUE(watch.disturbance());
  EXPECT_EQ(watch.disturbance()->kind, FindingKind::tree_changed);
  EXPECT_EQ(watch.disturbance()->repository, "app");
}

}  // namespace
}  // namespace dregs
