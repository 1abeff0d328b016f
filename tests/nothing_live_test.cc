// Registries whose images lie somewhere else: format.md#row-62.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/formats/sha256.h"
#include "tests/gc_run.h"

namespace dregs {
namespace {

using ::testing::HasSubstr;

void expect_empty_refused(StoreBuilder& store, const std::string& reason,
                          const std::vector<std::string>& arguments = {}) {
  const TreeSnapshot before = snapshot_tree(store.root());
  const GcRun run = run_gc(store, arguments);
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.refused(), HasSubstr(reason));
  EXPECT_EQ(run.removed(), std::set<std::string>());
  EXPECT_EQ(snapshot_tree(store.root()), before);
}

// Three images of which one thing is left that a link, a pin or an upload
// holds. Nothing of it proves that the images are here.
using Loss = void (*)(StoreBuilder&);

void lose_all_repositories(StoreBuilder& store) {
  store.remove("repositories");
  store.folder("repositories");
}

class NothingLive : public ::testing::TestWithParam<Loss> {};

INSTANTIATE_TEST_SUITE_P(
    Refusal, NothingLive,
    ::testing::Values(
        // What a restore of some folders leaves, and distribution#1960 advises.
        [](StoreBuilder& store) {
          for (const char* name : {"app0", "app1", "app2"})
            store.remove("repositories/" + std::string(name) + "/_manifests");
        },
        // A first push into the folder where a volume belongs.
        [](StoreBuilder& store) {
          lose_all_repositories(store);
          store.layer("new", "base");
        },
        [](StoreBuilder& store) {
          lose_all_repositories(store);
          store.alias_link("new", sha512_text("base"), sha256("base"));
        },
        [](StoreBuilder& store) {
          lose_all_repositories(store);
          store.upload("new", "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e21",
                       std::chrono::hours(1), "half");
        },
        [](StoreBuilder& store) {
          lose_all_repositories(store);
          store.write(
              StoreBuilder::layer_link_path("new", store.layer("new", "base")),
              "nonsense");
        },
        // Tags that lead to no sound manifest.
        [](StoreBuilder& store) {
          const Digest base = sha256("base");
          lose_all_repositories(store);
          store.corrupt(store.image("new", "v1", {"base", "new"}).manifest);
          store.tag("layer", "v1", base);
          store.tag("nothing", "v1", sha256("nothing"));
          store.write(StoreBuilder::tag_path("empty", "v1"), "");
        }));

// row 62
TEST_P(NothingLive, RefusesWhateverElseHoldsABlob) {
  StoreBuilder store;
  for (int i = 0; i < 3; ++i)
    store.image("app" + std::to_string(i), "v1", {"base"});
  GetParam()(store);
  expect_empty_refused(store, "no image is live");
  EXPECT_EQ(run_gc(store, {"--allow-empty"}).refused(), "");
}

// row 62: what a pin keeps of what nobody tags does not prove it either.
TEST(Refusal, APinnedRepositoryWithoutTagsKeepsNoOtherFromBeingMissed) {
  StoreBuilder store;
  store.image("pinned", "", {"base"});
  store.corrupt(store.image("pinned", "", {"rotten"}).manifest);
  store.image("app", "", {"app"});
  expect_empty_refused(store, "no image is live", {"-m"});
  EXPECT_EQ(run_gc(store).refused(), "");
}

// row 62: a registry's first push.
TEST(Refusal, WhereNothingWouldGoThereIsNothingToRefuse) {
  StoreBuilder store;
  store.layer("app", "base");
  const GcRun run = run_gc(store);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.refused(), "");
}

}  // namespace
}  // namespace dregs
