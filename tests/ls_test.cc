#include <gtest/gtest.h>

#include "cli/table.h"
#include "tests/command_run.h"

namespace dregs {
namespace {

using Json = nlohmann::json;

TEST(Ls, NamesEveryRepositoryWithItsCounts) {
  StoreBuilder store;
  store.image("team/app", "v1", {"base"});
  store.image("team/app", "", {"other"});
  store.image("app", "v1", {"base"});
  const JsonRun run = run_for_json(store, {"ls"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.report["schema"], "dregs.ls/1");
  EXPECT_EQ(run.report["repositories"],
            Json::parse(R"([{"name":"app","tags":1,"revisions":1},
                            {"name":"team/app","tags":1,"revisions":2}])"));
}

TEST(Ls, ShowsWhatATagMeans) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base", "top"});
  store.set_age(StoreBuilder::tag_path("app", "v1"), std::chrono::hours(1));
  const Json tag = run_for_json(store, {"ls", "app"}).report["tags"][0];
  EXPECT_EQ(tag["repository"], "app");
  EXPECT_EQ(tag["tag"], "v1");
  EXPECT_EQ(tag["digest"], image.manifest.to_string());
  EXPECT_EQ(tag["media_type"], media::oci_image);
  EXPECT_EQ(tag["platforms"], Json({"linux/amd64"}));
  const std::string config = store.read(StoreBuilder::blob_path(image.config));
  EXPECT_EQ(tag["size"], std::string("basetop").size() + config.size());
  EXPECT_TRUE(tag["pushed"].get<std::string>().ends_with("Z"));
}

TEST(Ls, AnIndexHasThePlatformsAndTheSizeOfItsChildren) {
  StoreBuilder store;
  const BuiltImage one = store.image("app", "one", {"base", "amd64"});
  const BuiltImage two = store.image("app", "two", {"base", "arm64"});
  store.index("app", "both", {one.manifest, two.manifest},
              {.platforms = {"linux/amd64", "linux/arm64"}});
  const Json tags = run_for_json(store, {"ls", "app"}).report["tags"];
  EXPECT_EQ(tags[0]["platforms"], Json({"linux/amd64", "linux/arm64"}));
  // The base layer counts once.
  EXPECT_EQ(tags[0]["size"].get<int>() + 4,
            tags[1]["size"].get<int>() + tags[2]["size"].get<int>());
}

TEST(Ls, GlobsChooseRepositoriesAndTags) {
  StoreBuilder store;
  for (const char* name : {"team/a", "team/b", "other"})
    for (const char* tag : {"pr-1", "v1"}) store.image(name, tag, {"base"});
  const Json tags = run_for_json(store, {"ls", "team/*:pr-*"}).report["tags"];
  ASSERT_EQ(tags.size(), 2U);
  EXPECT_EQ(tags[0]["repository"], "team/a");
  EXPECT_EQ(tags[1]["repository"], "team/b");
  EXPECT_EQ(tags[1]["tag"], "pr-1");
}

TEST(Ls, UntaggedManifestsAreListedWhenAskedFor) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const BuiltImage old = store.image("app", "", {"old"});
  const Json tags =
      run_for_json(store, {"ls", "app", "--untagged"}).report["tags"];
  ASSERT_EQ(tags.size(), 2U);
  EXPECT_EQ(tags[1]["tag"], nullptr);
  EXPECT_EQ(tags[1]["digest"], old.manifest.to_string());
}

TEST(Ls, ADamagedManifestIsAFindingAndStillListed) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  store.tag("app", "same", image.manifest);
  store.lose(image.manifest);
  const JsonRun run = run_for_json(store, {"ls", "app"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.report["tags"].size(), 2U);
  ASSERT_EQ(run.report["findings"].size(), 1U);
  EXPECT_EQ(run.report["findings"][0]["kind"], "missing-manifest");
  EXPECT_EQ(run.report["findings"][0]["needed_by"],
            Json({"app:same", "app:v1"}));
}

TEST(Ls, AWrongNameIsExitCode2WithTheNearestName) {
  StoreBuilder store;
  store.image("team/app", "v1", {"base"});
  const ProgramResult result = run_dregs(store, {"ls", "taem/app"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("did you mean 'team/app'?"), std::string::npos)
      << result.err;
  EXPECT_EQ(run_dregs(store, {"ls", "../v2/repositories/team/app"}).exit_code,
            2);
}

TEST(Ls, NamesCannotMoveTheCursor) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.folder("repositories/app/_manifests/tags/\x1b[2J");
  const ProgramResult result = run_dregs(store, {"ls", "app"});
  EXPECT_EQ(result.out.find('\x1b'), std::string::npos);
  EXPECT_NE(result.out.find("\\x1b[2J"), std::string::npos) << result.out;
}

TEST(Table, NamesGiveWayBeforeNumbersDo) {
  Table table(
      {{"NAME", Table::Align::left, true}, {"SIZE", Table::Align::right}});
  table.add({"team/a-very-long-name/app", "1.2 MiB"});
  table.add({"short", "999 B"});
  EXPECT_EQ(table.lines(24),
            (std::vector<std::string>{"NAME                SIZE",
                                      "team/a-…ame/app  1.2 MiB",
                                      "short              999 B"}));
  EXPECT_EQ(table.lines(0)[1], "team/a-very-long-name/app  1.2 MiB");
}

}  // namespace
}  // namespace dregs
