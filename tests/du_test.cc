#include <gtest/gtest.h>

#include "gc/mark/survey.h"
#include "gc/needs/need_count.h"
#include "gc/needs/usage.h"
#include "gc/survey/take_survey.h"
#include "tests/collect.h"
#include "tests/command_run.h"

namespace dregs {
namespace {

using Json = nlohmann::json;

Json du(const StoreBuilder& store, std::vector<std::string> words = {}) {
  words.insert(words.begin(), "du");
  const JsonRun run = run_for_json(store, words);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  return run.report;
}

Json named(const Json& list, const std::string& key, const std::string& name) {
  for (const Json& each : list)
    if (each[key] == name) return each;
  return nullptr;
}

std::uint64_t size_of(const StoreBuilder& store, const Digest& digest) {
  return store.read(StoreBuilder::blob_path(digest)).size();
}

TEST(Du, SharedIsWhatOthersNeedAndOwnWhatRemovingFrees) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base", "app layer"});
  store.image("web", "v1", {"base", "web"});
  const std::uint64_t alone =
      size_of(store, app.manifest) + size_of(store, app.config) + 9;
  const Json report = du(store);
  EXPECT_EQ(report["schema"], "dregs.du/1");
  const Json usage = named(report["repositories"], "name", "app");
  EXPECT_EQ(usage["own"], alone);
  EXPECT_EQ(usage["shared"], 4);
  EXPECT_EQ(usage["bytes"], alone + 4);
}

TEST(Du, TotalsAreThoseOfGc) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.image("app", "", {"untagged layer"});
  store.blob("orphan");
  const Json totals = du(store)["totals"];
  EXPECT_EQ(totals["gc_frees"], 6);
  EXPECT_EQ(totals["live"].get<int>() + 6, totals["bytes"].get<int>());
  EXPECT_GT(totals["gc_m_frees"], 6 + 14);
}

TEST(Du, GarbageIsNobodysAndFreshUploadsAreTheirRepositorys) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const std::uint64_t before = du(store)["repositories"][0]["own"];
  store.layer("app", "unneeded");
  EXPECT_EQ(du(store)["repositories"][0]["own"], before);
  store.upload("app", "0a0a0a0a-0000-4000-8000-000000000000",
               std::chrono::hours(1), "half");
  EXPECT_GE(du(store)["repositories"][0]["own"], before + 4);
}

TEST(Du, WhatIfCountsWhatOnlyTheChosenShare) {
  StoreBuilder store;
  store.image("ci/a", "v1", {"base", "common"});
  store.image("ci/b", "v1", {"base", "common"});
  store.image("app", "v1", {"base"});
  const Json report = du(store, {"ci/*", "--what-if"});
  ASSERT_EQ(report["repositories"].size(), 2U);
  for (const Json& each : report["repositories"]) EXPECT_EQ(each["own"], 0);
  const Json what_if = report["what_if"];
  EXPECT_EQ(what_if["repositories"], 2);
  // All but the base layer, which app needs.
  EXPECT_EQ(what_if["shared"], 4);
  EXPECT_EQ(what_if["frees"].get<int>() + 4, what_if["bytes"].get<int>());
}

TEST(Du, ATagsOwnIsWhatNoOtherTagReaches) {
  StoreBuilder store;
  const BuiltImage one = store.image("app", "one", {"base", "only one"});
  store.image("app", "two", {"base"});
  store.tag("app", "again", store.image("app", "two", {"base"}).manifest);
  const Json tags = du(store, {"--tags"})["tags"];
  ASSERT_EQ(tags.size(), 3U);
  const Json usage = named(tags, "tag", "one");
  EXPECT_EQ(usage["digest"], one.manifest.to_string());
  EXPECT_EQ(usage["own"],
            size_of(store, one.manifest) + size_of(store, one.config) + 8);
  EXPECT_EQ(named(tags, "tag", "two")["own"], 0);
  EXPECT_EQ(named(tags, "tag", "again")["own"], 0);
}

TEST(Du, ARevisionWhoseManifestIsGoneCostsNothing) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const Json before = du(store, {"--tags"})["tags"];
  store.lose(store.image("app", "", {"base"}, {.created_by = "x"}).manifest);
  const Json after = run_for_json(store, {"du", "--tags"}).report["tags"];
  EXPECT_EQ(after[0]["bytes"], before[0]["bytes"]);
}

TEST(Du, TheLargestComeFirstAndTopCutsTheRest) {
  StoreBuilder store;
  store.image("small", "v1", {"base"});
  store.image("large", "v1", {std::string(5000, 'x')});
  const Json report = du(store, {"--top", "1"});
  ASSERT_EQ(report["repositories"].size(), 1U);
  EXPECT_EQ(report["repositories"][0]["name"], "large");
}

TEST(NeedCount, TellsNobodyOneAndSeveral) {
  NeedCount needs(3);
  needs.add(1, 7);
  needs.add(1, 7);
  needs.add(2, 7);
  needs.add(2, 8);
  needs.add(2, 7);
  EXPECT_EQ(needs.owner(0), kNobody);
  EXPECT_EQ(needs.owner(1), 7U);
  EXPECT_EQ(needs.owner(2), kSeveral);
}

TEST(Du, AHardLinkedBlobFreesNothing) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base", "linked"});
  const Json before = du(store)["repositories"][0];
  std::filesystem::create_hard_link(
      store.v2() / StoreBuilder::blob_path(image.layers[1]),
      store.root() / "backup");
  const Json after = du(store)["repositories"][0];
  EXPECT_EQ(after["own"].get<int>() + 6, before["own"].get<int>());
  EXPECT_EQ(after["bytes"], before["bytes"]);
  EXPECT_EQ(after["disk"]["bytes"], before["disk"]["bytes"]);
  EXPECT_LT(after["disk"]["own"], before["disk"]["own"]);
}

TEST(Du, ATemporaryFileIsItsRepositorysAndAStrangersUploadNobodys) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const std::uint64_t before = du(store)["repositories"][0]["own"];
  store.upload("app", "backup", std::chrono::hours(1), "not an upload");
  EXPECT_EQ(du(store)["repositories"][0]["own"], before);
  const std::string temp = store.temp_file(
      StoreBuilder::layer_link_path("app", store.blob("on its way")));
  EXPECT_EQ(du(store)["repositories"][0]["own"],
            before + store.read(temp).size());
}

// gc takes it from the one, and nothing from the other.
TEST(Du, AStaleUploadIsItsRepositorysOnlyWhereThatIsPinned) {
  StoreBuilder store;
  store.image("free", "v1", {"base"});
  store.corrupt(store.image("pinned", "v1", {"rotten"}).manifest);
  const auto own = [&] {
    const Descriptor v2 = open_folder(AT_FDCWD, store.v2());
    const StopRequest stop;
    SurveyProgress progress;
    const Survey survey = take_survey(v2.get(), false, stop, progress);
    const std::vector<Usage> usages =
        usage_of_repositories(survey.inventory, survey.graph,
                              survey.diagnosis.pins, policy_of_tests(false));
    return std::pair(usages[0].own.bytes, usages[1].own.bytes);
  };
  const auto before = own();
  for (const char* repository : {"free", "pinned"})
    store.upload(repository, "0a0a0a0a-0000-4000-8000-000000000000",
                 std::chrono::hours(1000), "half");
  EXPECT_EQ(own(), std::pair(before.first, before.second + 4 + 20 + 108));
}

TEST(Du, WhatGcWouldNotRemoveIsNotItsOwn) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"linked", "young"});
  const int before = du(store)["repositories"][0]["own"];
  const auto folder =
      (store.v2() / StoreBuilder::blob_path(image.layers[0])).parent_path();
  std::filesystem::rename(folder, store.root() / "elsewhere");
  std::filesystem::create_directory_symlink(store.root() / "elsewhere", folder);
  // By a wrong clock.
  store.set_age(StoreBuilder::blob_path(image.layers[1]),
                std::chrono::hours(-24));
  const Json usage = run_for_json(store, {"du"}).report["repositories"][0];
  EXPECT_EQ(usage["own"], before - 6 - 5);
  EXPECT_EQ(usage["bytes"], before);
}

TEST(Du, OneFileUnderTwoDigestsTakesItsBlocksOnce) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"one", "two"});
  const Json before = du(store)["repositories"][0]["disk"];
  const auto one = store.v2() / StoreBuilder::blob_path(image.layers[0]);
  const auto two = store.v2() / StoreBuilder::blob_path(image.layers[1]);
  std::filesystem::remove(two);
  std::filesystem::create_hard_link(one, two);
  const Json after = du(store)["repositories"][0]["disk"];
  EXPECT_EQ(4 * after["bytes"].get<int>(), 3 * before["bytes"].get<int>());
  EXPECT_EQ(after["shared"], 0);
}

TEST(Du, WhatIsLostTakesNoSpaceAndLeavesNoTagItsOwn) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base", "lost"});
  store.lose(app.layers[1]);
  const BuiltImage old =
      store.image("app", "", {"base"}, {.created_by = "somebody else"});
  store.lose(old.manifest);
  const JsonRun run = run_for_json(store, {"du", "--tags", "--what-if"});
  EXPECT_EQ(run.exit_code, 1) << run.err;
  EXPECT_EQ(run.report["tags"][0]["own"], 0);
  EXPECT_EQ(run.report["what_if"]["bytes"], size_of(store, app.manifest) +
                                                size_of(store, app.config) + 4 +
                                                size_of(store, old.config));
}

TEST(Du, WrongWordsAreExitCode2) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"du", "ap"},
        {"du", "app:v1", "--what-if"},
        {"du", "app@sha256:00000000"}})
    EXPECT_EQ(run_dregs(store, words).exit_code, 2);
}

}  // namespace
}  // namespace dregs
