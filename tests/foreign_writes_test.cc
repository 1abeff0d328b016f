// Somebody writes between marking and sweeping, or while the sweep goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <tbb/global_control.h>

#include "gc/guard/disk_watch.h"
#include "tests/collect.h"
#include "tests/faulty_disk.h"
#include "tests/gc_run.h"
#include "tests/random_store.h"
#include "tests/servable.h"

namespace dregs {
namespace {

using namespace std::chrono_literals;

constexpr auto kUpload = "01234567-89ab-4cde-8f01-23456789abcd";

// What a server does to a store that has app:v1, the untagged "old" before it,
// the unneeded layer "spare" and the blob "orphan".
struct Write {
  const char* name;
  void (*apply)(StoreBuilder&);
  bool makes_an_entry = true;  // in a folder that is watched
};

Digest manifest_of(StoreBuilder& store, const char* content) {
  return store.image("app", "", {"base", content}).manifest;
}

const Write kWrites[] = {
    {"a_new_image",
     [](StoreBuilder& store) {
       store.image("app", "v2", {"base", "two"});
     }},
    {"a_new_repository",
     [](StoreBuilder& store) { store.image("new/one", "v1", {"base"}); }},
    {"a_new_repository_before_the_others",
     [](StoreBuilder& store) { store.image("a/new", "v1", {"base"}); }},
    {"the_first_folder_of_a_repository",
     [](StoreBuilder& store) { store.folder("repositories/new"); }},
    {"an_upload",
     [](StoreBuilder& store) { store.upload("app", kUpload, 0s, "half"); }},
    {"a_layer", [](StoreBuilder& store) { store.layer("app", "more"); }},
    {"a_mounted_blob",
     [](StoreBuilder& store) {
       store.link_layer("app", store.blob("orphan"));
     }},
    {"a_manifest_without_a_tag",
     [](StoreBuilder& store) { manifest_of(store, "by digest"); }},
    {"a_revision_link_alone",
     [](StoreBuilder& store) {
       store.link_revision("app", store.blob("orphan"));
     }},
    {"another_tag",
     [](StoreBuilder& store) {
       store.tag("app", "latest", manifest_of(store, "new"));
     }},
    {"a_tag_put_back_on_an_old_manifest",
     [](StoreBuilder& store) {
       store.write(StoreBuilder::tag_path("app", "v1"),
                   manifest_of(store, "old").to_string());
     },
     false},
    {"a_revision_folder_whose_link_is_on_its_way",
     [](StoreBuilder& store) {
       store.folder("repositories/app/_manifests/revisions/sha256/" +
                    std::string(64, 'a'));
     }},
};

void build_app(StoreBuilder& store) {
  store.image("app", "v1", {"base", "old"});
  store.image("app", "v1", {"base", "new"});
  store.layer("app", "spare");
  store.blob("orphan");
}

class WrittenMeanwhile : public testing::TestWithParam<Write> {
 protected:
  WrittenMeanwhile() { build_app(store); }
  void write() { GetParam().apply(store); }

  StoreBuilder store;
};

TEST_P(WrittenMeanwhile, BetweenMarkingAndSweepingIsNoticed) {
  MarkedStore marked(store.v2(), policy_of_tests(true));
  EXPECT_FALSE(
      changed_since(marked.inventory(), marked.v2(), marked.stop()).changed);
  write();
  EXPECT_TRUE(
      changed_since(marked.inventory(), marked.v2(), marked.stop()).changed);
}

TEST_P(WrittenMeanwhile, IsSeenAtOnceWhereItMakesAnEntry) {
  const MarkedStore marked(store.v2(), policy_of_tests(true));
  ForeignWrites writes(store.v2().string(), marked.inventory());
  EXPECT_FALSE(writes.seen());
  write();
  EXPECT_EQ(writes.seen(), GetParam().makes_an_entry);
}

// Where somebody writes when the links are gone.
void expect_every_blob_stays(StoreBuilder& store, const Write& write) {
  MarkedStore marked(store.v2(), policy_of_tests(true));
  Precautions precautions;
  precautions.undisturbed_links = [&](const Plan& plan,
                                      const std::set<std::uint32_t>& failed) {
    const auto look = [&] {
      return written_since(marked.inventory(), plan, failed, marked.v2(),
                           marked.stop())
          .changed;
    };
    EXPECT_FALSE(look());
    write.apply(store);
    return !look();
  };
  const SweepResult result = marked.sweep(precautions);
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.removed[static_cast<std::size_t>(RemovalKind::blob)].count,
            0U);
}

// What no watch would tell is found before the blobs go.
TEST_P(WrittenMeanwhile, OnceTheLinksAreGoneKeepsEveryBlob) {
  expect_every_blob_stays(store, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Gc, WrittenMeanwhile, testing::ValuesIn(kWrites),
                         [](const auto& test) {
                           return std::string(test.param.name);
                         });

// One thing alone, in a store in which nothing else has to be made for it.
const Write kSingleWrites[] = {
    {"a_tag_moved_to_another_live_image",
     [](StoreBuilder& store) {
       store.write(StoreBuilder::tag_path("app", "v1"),
                   store.image("app", "v2", {"two"}).manifest.to_string());
     }},
    {"an_upload_beside_another",
     [](StoreBuilder& store) { store.upload("app", kUpload, 0s, "half"); }},
    {"an_alias_beside_another",
     [](StoreBuilder& store) {
       store.alias_link("app", sha512_text("new"), store.blob("orphan"));
     }},
    {"a_layer_folder_whose_link_is_on_its_way",
     [](StoreBuilder& store) {
       store.folder("repositories/app/_layers/sha256/" + std::string(64, 'b'));
     }},
    {"an_alias_folder_whose_link_is_on_its_way",
     [](StoreBuilder& store) {
       store.folder("repositories/app/_layers/sha512/" + std::string(128, 'b'));
     }},
    {"a_file_among_the_tags_that_names_a_blob",
     [](StoreBuilder& store) {
       store.write("repositories/app/_manifests/tags/copy",
                   store.blob("orphan").to_string());
     }},
    {"what_nobody_understands_among_the_revisions",
     [](StoreBuilder& store) {
       store.fifo(StoreBuilder::revision_path("app", store.blob("orphan")));
     }},
    {"a_folder_of_another_algorithm_among_the_revisions",
     [](StoreBuilder& store) {
       store.folder("repositories/app/_manifests/revisions/md5");
     }},
    {"a_link_to_nowhere_where_a_repository_may_be",
     [](StoreBuilder& store) {
       store.symlink("nowhere", "repositories/late");
     }},
    {"a_removed_revision_pushed_again",
     [](StoreBuilder& store) { manifest_of(store, "old"); }},
    {"a_removed_layer_pushed_again",
     [](StoreBuilder& store) { store.layer("app", "spare"); }},
    {"a_removed_alias_pushed_again",
     [](StoreBuilder& store) {
       store.alias_link("app", sha512_text("orphan"), store.blob("orphan"));
     }},
};

class WrittenAlone : public testing::TestWithParam<Write> {};

TEST_P(WrittenAlone, OnceTheLinksAreGoneKeepsEveryBlob) {
  StoreBuilder store;
  build_app(store);
  store.image("app", "v2", {"two"});
  store.image("app", "v3", {"three"}, {.sha512_layers = true});
  store.alias_link("app", sha512_text("orphan"), store.blob("orphan"));
  store.upload("app", "11111111-89ab-4cde-8f01-23456789abcd", -24h, "more");
  expect_every_blob_stays(store, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Gc, WrittenAlone, testing::ValuesIn(kSingleWrites),
                         [](const auto& test) {
                           return std::string(test.param.name);
                         });

// Removals are several calls each; the one that is under way may finish.
TEST(ForeignWrite, DuringTheSweepEndsItBeforeTheNextRemoval) {
  const tbb::global_control one_thread(
      tbb::global_control::max_allowed_parallelism, 1);
  for (std::size_t n = 0; n < 12; ++n) {
    StoreBuilder store;
    build_app(store);
    MarkedStore marked(store.v2(), policy_of_tests(true));
    DiskWatch watch(marked.v2(), store.v2().string(), marked.inventory(),
                    marked.stop());
    ASSERT_FALSE(watch.changed_since_scan().changed);
    std::size_t after = 0;
    bool written = false;
    FaultyDisk disk([&](std::size_t call, FaultyDisk::Operation operation) {
      after += written && operation == FaultyDisk::Operation::remove_file;
      if (call == n)
        store.folder("repositories/app/_uploads/" + std::string(kUpload));
      if (call == n) written = true;
      return 0;
    });
    EXPECT_FALSE(marked.sweep(watch.precautions()).complete);
    EXPECT_EQ(after, 0U) << "written at call " << n;
    EXPECT_EQ(marked.stop().reason(), StopReason::changed);
    ASSERT_TRUE(watch.disturbance());
    EXPECT_EQ(watch.disturbance()->kind, FindingKind::tree_changed);
    EXPECT_EQ(watch.disturbance()->path, "repositories/app");
  }
}

TEST(ForeignWrite, BeforeTheFirstRemovalLeavesEverything) {
  StoreBuilder store;
  build_app(store);
  MarkedStore marked(store.v2(), policy_of_tests(true));
  DiskWatch watch(marked.v2(), store.v2().string(), marked.inventory(),
                  marked.stop());
  ASSERT_FALSE(watch.changed_since_scan().changed);
  store.image("app", "v2", {"spare"});
  const TreeSnapshot before = store.snapshot();
  EXPECT_FALSE(marked.sweep(watch.precautions()).complete);
  EXPECT_EQ(store.snapshot(), before);
}

// The link that a push wrote anew is younger than the scan.
TEST(ForeignWrite, ALinkRewrittenAsItWasIsNotRemoved) {
  StoreBuilder store;
  build_app(store);
  MarkedStore marked(store.v2(), policy_of_tests(true));
  const Digest old = manifest_of(store, "old");
  const TreeSnapshot before = store.snapshot();
  EXPECT_FALSE(marked.sweep().complete);
  EXPECT_TRUE(store.has(StoreBuilder::revision_path("app", old)));
  EXPECT_TRUE(store.has_blob(old));
}

// A filesystem's clock moves in ticks: what bears the tick in which the scan
// began may have been written after it.
TEST(ForeignWrite, ALinkOfTheTickInWhichTheScanBeganIsNotRemoved) {
  StoreBuilder store;
  build_app(store);
  const MarkedStore marked(store.v2(), policy_of_tests(true));
  Inventory inventory = marked.inventory();
  const auto removal = std::find_if(
      marked.plan().removals.begin(), marked.plan().removals.end(),
      [](const Removal& each) { return each.kind == RemovalKind::layer_link; });
  ASSERT_NE(removal, marked.plan().removals.end());
  const std::string link = path_of(*removal, inventory) + "/link";
  FileStatus status;
  ASSERT_EQ(file_status(marked.v2(), link.c_str(), status), 0);

  DiskRemover remover(marked.v2(), inventory);
  inventory.started_ns = status.changed_ns;
  EXPECT_EQ(remover.remove(*removal).state, RemovalOutcome::State::changed);
  inventory.started_ns = status.changed_ns + 1;
  EXPECT_EQ(remover.remove(*removal).state, RemovalOutcome::State::removed);
}

TEST(ForeignWrite, ATemporaryFileWrittenMeanwhileIsNotRemoved) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const std::string temp = store.temp_file(
      StoreBuilder::layer_link_path("app", store.blob("on its way")));
  MarkedStore marked(store.v2(), policy_of_tests(true));
  store.write(temp, "and on");
  EXPECT_FALSE(marked.sweep().complete);
  EXPECT_EQ(store.read(temp), "and on");
}

// Whatever a plan may say.
TEST(ForeignWrite, NothingGoesForATemporaryFileThatIsNotNamedAsOne) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base"});
  const MarkedStore marked(store.v2(), policy_of_tests(true));
  DiskRemover remover(marked.v2(), marked.inventory());
  const TreeSnapshot before = store.snapshot();
  for (const std::string& path : {StoreBuilder::blob_path(app.manifest),
                                  StoreBuilder::tag_path("app", "v1")}) {
    Removal removal;
    removal.kind = RemovalKind::temporary;
    removal.name = path;
    EXPECT_EQ(remover.remove(removal).state, RemovalOutcome::State::skipped);
  }
  EXPECT_EQ(store.snapshot(), before);
}

TEST(ForeignWrite, WhatIsMovedHereFromElsewhereIsSeen) {
  StoreBuilder store;
  build_app(store);
  const MarkedStore marked(store.v2(), policy_of_tests(true));
  ForeignWrites writes(store.v2().string(), marked.inventory());
  const std::string tag = StoreBuilder::tag_folder("app", "restored");
  std::filesystem::create_directory(store.root() / "backup");
  EXPECT_FALSE(writes.seen());
  std::filesystem::rename(store.root() / "backup", store.v2() / tag);
  EXPECT_TRUE(writes.seen());
}

TEST(ForeignWrite, ThatTheKernelGrantsNoWatchForGoesUnseenAndTheReportSaysSo) {
  if (!can_trace()) GTEST_SKIP() << "strace is missing or may not trace";
  StoreBuilder store;
  build_app(store);
  const Digest orphan = store.blob("orphan");
  const GcRun run = run_gc(
      store, {},
      {"strace", "-f", "-o", "/dev/null", "-e", "trace=inotify_add_watch", "-e",
       "inject=inotify_add_watch:error=ENOSPC:when=3+"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  const nlohmann::json note = run.finding("incomplete-watch");
  EXPECT_EQ(note.at("severity"), "note");
  EXPECT_THAT(note.at("detail").get<std::string>(),
              testing::StartsWith("blobs/sha256: No space left on device"));
  EXPECT_FALSE(store.has_blob(orphan));
}

// Who writes one blob anew writes more.
TEST(ForeignWrite, ABlobWrittenAnewEndsTheSweepWithIt) {
  StoreBuilder store;
  std::vector<Digest> garbage;
  for (const char* content : {"one", "two", "three"})
    garbage.push_back(store.blob(content));
  std::sort(garbage.begin(), garbage.end());
  store.image("app", "v1", {"base"});
  MarkedStore marked(store.v2(), policy_of_tests(true));
  const std::string path = StoreBuilder::blob_path(garbage[0]);
  const std::string content = store.read(path);
  store.remove(path);
  store.write(path, content);
  const TreeSnapshot before = store.snapshot();
  EXPECT_FALSE(marked.sweep().complete);
  EXPECT_EQ(marked.stop().reason(), StopReason::changed);
  EXPECT_EQ(store.snapshot(), before);
}

TEST(ForeignWrite, WhatTheSweepItselfRemovesIsNone) {
  StoreBuilder store;
  build_app(store);
  store.delete_manifest("gone/app",
                        store.image("gone/app", "v1", {"x"}).manifest);
  MarkedStore marked(store.v2(), policy_of_tests(true));
  DiskWatch watch(marked.v2(), store.v2().string(), marked.inventory(),
                  marked.stop());
  EXPECT_TRUE(marked.sweep(watch.precautions()).complete);
  EXPECT_FALSE(watch.disturbance());
  EXPECT_TRUE(watch.limits().empty());
  EXPECT_FALSE(store.has("repositories/gone"));
}

RC_GTEST_PROP(ForeignWrite, AQuietStoreNeverLooksWrittenTo, ()) {
  const auto program = *damaged_stores();
  StoreBuilder store;
  build(store, program);
  const auto failing = *rc::gen::inRange<std::size_t>(0, 60);
  MarkedStore marked(store.v2(), policy_of_tests(*rc::gen::arbitrary<bool>()));
  bool asked_and_told_so = false;
  Precautions precautions;
  precautions.undisturbed_links = [&](const Plan& plan,
                                      const std::set<std::uint32_t>& failed) {
    asked_and_told_so = written_since(marked.inventory(), plan, failed,
                                      marked.v2(), marked.stop())
                            .changed;
    return true;
  };
  const FaultyDisk disk(fail_at(failing, EIO));
  marked.sweep(precautions);
  RC_ASSERT(!asked_and_told_so);
}

}  // namespace
}  // namespace dregs
