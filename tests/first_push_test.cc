// Repositories that have layers and no trace of a manifest: format.md#row-55
// and #row-56.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "scanner/formats/sha256.h"
#include "tests/command_run.h"
#include "tests/gc_run.h"

namespace dregs {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr auto kHalfPush = "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e21";

class LayersOnly : public ::testing::Test {
 protected:
  void SetUp() override {
    store_.image("app", "v1", {"base"});
    store_.layer("new", "base");
    layer_ = store_.layer("new", "12 new bytes");
    store_.upload("new", kHalfPush, std::chrono::hours(1), "half");
  }

  // Everything is older than nothing.
  GcRun run_when_old() { return run_gc(store_, {"--uploads-older-than", "0"}); }

  void expect_all_kept() const {
    EXPECT_TRUE(store_.has_blob(layer_));
    EXPECT_TRUE(store_.has(StoreBuilder::layer_link_path("new", layer_)));
    EXPECT_TRUE(store_.has(StoreBuilder::upload_path("new", kHalfPush)));
  }

  StoreBuilder store_;
  Digest layer_;
};

TEST_F(LayersOnly, ThatMayBeUnderWayIsKeptWithANote) {
  const GcRun run = run_gc(store_);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report.at("pinned").size(), 0u);
  EXPECT_EQ(run.finding("unfinished-push").at("severity"), "note");
  EXPECT_EQ(run.finding("manifests-missing"), nullptr);
  expect_all_kept();
}

TEST_F(LayersOnly, ThatWasCutShortIsKeptUntilSomebodySaysTheWord) {
  const GcRun run = run_when_old();
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report.at("pinned").size(), 0u);
  const std::string detail = run.finding("abandoned-push").at("detail");
  EXPECT_THAT(detail, HasSubstr("holds 144 B"));  // 12 and 132 of the upload
  EXPECT_THAT(detail, HasSubstr("dregs rm new --gc"));
  EXPECT_THAT(run_dregs(store_, {"gc", "--uploads-older-than", "0"}).out,
              HasSubstr("dregs rm new --gc"));
  expect_all_kept();
}

TEST_F(LayersOnly, GoesByTheCommandThatIsNamed) {
  const JsonRun run = run_for_json(store_, {"rm", "new", "--gc"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["frees"], 144);
  EXPECT_FALSE(store_.has("repositories/new"));
  EXPECT_FALSE(store_.has_blob(layer_));
  EXPECT_TRUE(store_.has_blob(sha256("base")));
  EXPECT_EQ(run_gc(store_).report.at("findings").size(), 0u);
}

// The upload alone was touched lately.
TEST_F(LayersOnly, IsNotCutShortWhereAnUploadIsYoung) {
  const std::filesystem::path layers = "repositories/new/_layers";
  store_.set_age(layers, std::chrono::hours(1000));
  for (const auto& each :
       std::filesystem::recursive_directory_iterator(store_.v2() / layers))
    store_.set_age(each.path().lexically_relative(store_.v2()),
                   std::chrono::hours(1000));
  const GcRun run = run_gc(store_, {"--age-by", "mtime"});
  EXPECT_NE(run.finding("unfinished-push"), nullptr);
  EXPECT_EQ(run.finding("abandoned-push"), nullptr);
}

// A volume or a backup loses the manifests of many; pushes fail one by one.
TEST_F(LayersOnly, IsNotBelievedWhereTooFewOthersAreSound) {
  store_.layer("second", "another");
  const GcRun run = run_when_old();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_TRUE(run.pinned("new") && run.pinned("second"));
  EXPECT_NE(run.finding("manifests-missing"), nullptr);
  for (const char* name : {"b", "c"}) store_.image(name, "v1", {"base"});
  EXPECT_EQ(run_when_old().exit_code, 0);
  expect_all_kept();
}

TEST_F(LayersOnly, IsNotBelievedWhereAnotherRepositoryLostItsManifests) {
  store_.image("web", "v1", {"web"});
  store_.image("lost", "v1", {"lost"});
  store_.remove("repositories/lost/_manifests/revisions");
  const GcRun run = run_when_old();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_TRUE(run.pinned("new") && run.pinned("lost"));
}

// A trace of a manifest, or anything else that is wrong.
TEST_F(LayersOnly, IsNotWhatATagOrADamagedLinkSpeaksAgainst) {
  using Sign = void (*)(StoreBuilder&);
  for (const Sign sign : std::initializer_list<Sign>{
           [](StoreBuilder& s) { s.folder("repositories/new/_manifests"); },
           [](StoreBuilder& s) {
             s.folder("repositories/new/_manifests/tags/v1/index/sha256");
           },
           [](StoreBuilder& s) {
             s.write(StoreBuilder::layer_link_path("new", sha256("base")), "");
           }}) {
    store_.remove("repositories/new");
    SetUp();
    sign(store_);
    const GcRun run = run_when_old();
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_TRUE(run.pinned("new"));
    expect_all_kept();
  }
}

}  // namespace
}  // namespace dregs
