// Pushes that a server accepts and that make no entry where registries make
// folders: they fill folders that deletions left, rewrite what is there, or go
// on with an upload.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <utility>

#include "gc/guard/disk_watch.h"
#include "scanner/formats/sha256.h"
#include "tests/collect.h"
#include "tests/faulty_disk.h"
#include "tests/store_builder.h"

namespace dregs {
namespace {

using namespace std::chrono_literals;

constexpr auto kUnfinished = "01234567-89ab-4cde-8f01-23456789abcd";

// What the API's deletions left of an image, in "app", and how a server writes
// there again.
struct Refill {
  const char* name;
  std::function<void(StoreBuilder&)> prepare;
  std::function<void(StoreBuilder&)> write;
};

Digest deleted() { return sha256("deleted"); }

std::string link_folder(const std::string& below) {
  return "repositories/app/" + below + deleted().hex();
}

Refill refill_of(const char* name, const std::string& folder,
                 const std::string& beside = "") {
  return {name,
          [=](StoreBuilder& store) {
            store.folder(folder);
            if (!beside.empty()) store.write(folder + beside, "not dregs's");
          },
          [=](StoreBuilder& store) {
            store.write(folder + "/link", deleted().to_string());
          }};
}

const Refill kRefills[] = {
    refill_of("a_revision", link_folder("_manifests/revisions/sha256/")),
    refill_of("a_layer", link_folder("_layers/sha256/")),
    refill_of("another_name_of_a_layer",
              "repositories/app/_layers/sha512/" + std::string(128, 'a')),
    refill_of("a_revision_beside_a_file_of_somebody_else",
              link_folder("_manifests/revisions/sha256/"), "/.DS_Store"),
    refill_of("another_name_beside_a_file_of_somebody_else",
              "repositories/app/_layers/sha512/" + std::string(128, 'a'),
              "/.DS_Store"),
    refill_of("a_tag_that_means_nothing_yet",
              "repositories/app/_manifests/tags/half/current"),
    {"a_tag_of_which_only_the_folder_is_left",
     [](StoreBuilder& store) {
       store.folder("repositories/app/_manifests/tags/half");
     },
     [](StoreBuilder& store) {
       store.write("repositories/app/_manifests/tags/half/current/link",
                   deleted().to_string());
     }},
    {"the_data_of_a_blob",
     [](StoreBuilder& store) {
       store.folder("blobs/sha256/" + deleted().hex().substr(0, 2) + "/" +
                    deleted().hex());
     },
     [](StoreBuilder& store) { store.blob("deleted"); }},
    {"more_of_an_unfinished_upload",
     [](StoreBuilder& store) {
       store.upload("app", kUnfinished, 1000h, "half");
     },
     [](StoreBuilder& store) {
       std::ofstream(
           store.v2() / StoreBuilder::upload_path("app", kUnfinished) / "data",
           std::ios::app)
           << "more";
     }},
};

class Refilled : public testing::TestWithParam<Refill> {};

TEST_P(Refilled, IsSeenAtOnce) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  GetParam().prepare(store);
  const MarkedStore marked(store.v2(), policy_of_tests(true));
  ForeignWrites writes(store.v2().string(), marked.inventory());
  EXPECT_TRUE(writes.complete()) << writes.reason();
  EXPECT_FALSE(writes.seen());
  GetParam().write(store);
  EXPECT_TRUE(writes.seen());
}

INSTANTIATE_TEST_SUITE_P(Gc, Refilled, testing::ValuesIn(kRefills),
                         [](const auto& test) {
                           return std::string(test.param.name);
                         });

// A store with something to remove of every kind.
class UnseenPush : public testing::Test {
 protected:
  UnseenPush() {
    old_ = store.image("app", "v1", {"base", "old"}).manifest;
    store.image("app", "v1", {"base", "new"});
    store.layer("app", "spare");
    store.blob("orphan");
    store.upload("app", kUnfinished, 1000h, "half");
  }

  std::uint64_t blobs_removed(const SweepResult& result) const {
    return result.removed[static_cast<std::size_t>(RemovalKind::blob)].count;
  }

  // As a sweep goes whose links are gone when the push begins.
  SweepResult sweep_with_push_before_blobs(
      MarkedStore& marked, DiskWatch& watch,
      const std::function<void()>& push) const {
    Precautions precautions = watch.precautions();
    precautions.undisturbed_links = [&, look = precautions.undisturbed_links](
                                        const Plan& plan,
                                        const std::set<std::uint32_t>& failed) {
      push();
      return look(plan, failed);
    };
    return marked.sweep(precautions);
  }

  StoreBuilder store;
  Digest old_;
};

// A registry before 3.1 writes links in their place.
TEST_F(UnseenPush, ThatRewritesATagInItsPlaceIsFoundBeforeTheBlobsGo) {
  MarkedStore marked(store.v2(), policy_of_tests(true));
  DiskWatch watch(marked.v2(), store.v2().string(), marked.inventory(),
                  marked.stop());
  ASSERT_TRUE(watch.limits().empty());
  const SweepResult result =
      sweep_with_push_before_blobs(marked, watch, [this] {
        store.write(StoreBuilder::tag_path("app", "v1"), old_.to_string());
      });
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(blobs_removed(result), 0U);
  ASSERT_TRUE(watch.disturbance());
  EXPECT_EQ(watch.disturbance()->repository, "app");
}

// One from 3.1 on renames a new file over the old.
TEST_F(UnseenPush, ThatRenamesALinkOverAnotherIsFoundBeforeTheBlobsGo) {
  MarkedStore marked(store.v2(), policy_of_tests(true));
  DiskWatch watch(marked.v2(), store.v2().string(), marked.inventory(),
                  marked.stop());
  const SweepResult result =
      sweep_with_push_before_blobs(marked, watch, [this] {
        const std::string tag = StoreBuilder::tag_path("app", "v1");
        const std::string temp = store.temp_file(tag);
        store.write(temp, old_.to_string());
        std::filesystem::rename(store.v2() / temp, store.v2() / tag);
      });
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(blobs_removed(result), 0U);
}

// Where a folder stays for something else in it, its link may come back later.
TEST_F(UnseenPush, IntoAFolderThatTheSweepLeftOpenEndsIt) {
  const Digest spare = sha256("spare");
  const std::string link = StoreBuilder::layer_link_path("app", spare);
  store.write(link + ".orig", "somebody's copy");
  MarkedStore marked(store.v2(), policy_of_tests(true));
  DiskWatch watch(marked.v2(), store.v2().string(), marked.inventory(),
                  marked.stop());
  Precautions precautions = watch.precautions();
  bool links_are_gone = false;
  precautions.undisturbed_links = [&](const Plan&,
                                      const std::set<std::uint32_t>&) {
    return links_are_gone = true;
  };
  bool pushed = false;
  const FaultyDisk disk([&](std::size_t, FaultyDisk::Operation) {
    if (links_are_gone && !std::exchange(pushed, true))
      store.write(link, spare.to_string());
    return 0;
  });
  const SweepResult result = marked.sweep(precautions);
  EXPECT_TRUE(pushed);
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(marked.stop().reason(), StopReason::changed);
  ASSERT_TRUE(watch.disturbance());
}

// No push: a folder that stays for a young temporary file has lost its link.
TEST_F(UnseenPush, IsNotAFolderThatTheSweepLeftForATemporaryFile) {
  store.temp_file(StoreBuilder::layer_link_path("app", sha256("spare")));
  MarkedStore marked(store.v2(), policy_of_tests(true));
  DiskWatch watch(marked.v2(), store.v2().string(), marked.inventory(),
                  marked.stop());
  DiskRemover remover(marked.v2(), marked.inventory(), 0);
  for (const Removal& removal : marked.plan().removals)
    if (removal.kind < RemovalKind::blob) remover.remove(removal);
  EXPECT_FALSE(written_since(marked.inventory(), marked.plan(), {}, marked.v2(),
                             marked.stop())
                   .changed);
}

// Between the removal of a link and that of its folder.
TEST_F(UnseenPush, IntoAFolderThatIsJustGoingEndsTheSweep) {
  MarkedStore marked(store.v2(), policy_of_tests(true));
  const std::string link = StoreBuilder::revision_path("app", old_);
  const std::string folder = std::filesystem::path(link).parent_path();
  const FaultyDisk disk([&](std::size_t, FaultyDisk::Operation) {
    if (store.has(folder) && !store.has(link))
      store.write(link, old_.to_string());
    return 0;
  });
  EXPECT_FALSE(marked.sweep().complete);
  EXPECT_EQ(marked.stop().reason(), StopReason::changed);
  EXPECT_TRUE(store.has(link));
  EXPECT_TRUE(store.has_blob(old_));
}

// Where no watch tells, a last look does.
TEST_F(UnseenPush, WhileBlobsGoIsSaidWhereTheWatchIsBlind) {
  MarkedStore marked(store.v2(), policy_of_tests(true));
  DiskWatch watch(marked.v2(), "/proc", marked.inventory(), marked.stop());
  ASSERT_EQ(watch.limits().size(), 1U);
  Precautions precautions = watch.precautions();
  precautions.nobody_came = [this] {
    store.image("app", "v2", {"spare"});
    return true;
  };
  EXPECT_FALSE(marked.sweep(precautions).complete);
  ASSERT_TRUE(watch.disturbance());
  EXPECT_EQ(watch.disturbance()->repository, "app");
}

TEST_F(UnseenPush, ThatGoesOnWithAnUploadKeepsIt) {
  MarkedStore marked(store.v2(), policy_of_tests(true));
  const std::string data =
      StoreBuilder::upload_path("app", kUnfinished) + "/data";
  std::ofstream(store.v2() / data, std::ios::app) << " and more";
  EXPECT_FALSE(marked.sweep().complete);
  EXPECT_EQ(store.read(data), "half and more");
}

}  // namespace
}  // namespace dregs
