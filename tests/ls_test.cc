#include <gtest/gtest.h>

#include "cli/terminal/table.h"
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

TEST(Ls, SaysOfEveryTypeWhatItKnows) {
  StoreBuilder store;
  store.image("app", "1-docker", {"base"}, {.docker = true});
  store.schema1("app", "2-schema1", {"one", "three"});
  store.helm("app", "3-chart", "chart");
  const Json tags = run_for_json(store, {"ls", "app"}).report["tags"];
  EXPECT_EQ(tags[0]["media_type"], media::schema2);
  EXPECT_EQ(tags[0]["artifact_type"], nullptr);
  EXPECT_EQ(tags[0]["platforms"], Json({"linux/amd64"}));
  EXPECT_EQ(tags[1]["platforms"], Json({"unknown/amd64"}));
  EXPECT_EQ(tags[1]["size"], std::string("onethree").size());
  EXPECT_EQ(tags[2]["artifact_type"], media::helm_config);
  EXPECT_EQ(tags[2]["platforms"], Json::array());
}

TEST(Ls, PlatformsAreThoseThatTheIndexSays) {
  StoreBuilder store;
  const Digest both = store.image("app", "", {"base"}).manifest;
  const Digest attestation = store.image("app", "", {"attested"}).manifest;
  const Digest nested =
      store.index("app", "", {store.image("app", "", {"nested"}).manifest});
  store.index("app", "all", {both, attestation, both, nested},
              {.platforms = {"linux/arm", "unknown/unknown", "linux/arm64",
                             "linux/riscv64"}});
  const Json tag = run_for_json(store, {"ls", "app"}).report["tags"][0];
  EXPECT_EQ(tag["platforms"],
            Json({"linux/arm", "linux/arm64", "linux/riscv64"}));
}

TEST(Ls, WhatConfigsAndLayersDoNotTellIsLeftOut) {
  StoreBuilder store;
  const BuiltImage lost = store.image("app", "1-lost", {"lost"});
  store.lose(lost.config);
  store.schema1("app", "2-schema1", {"gone"});
  store.lose(store.blob("gone"));
  const Digest bare = store.layer("app", "{}");
  const auto image_with = [](const std::string& config) {
    return R"({"schemaVersion":2,"config":{"mediaType":")" +
           std::string(media::oci_config) + R"(","digest":")" + config +
           R"("},"layers":[]})";
  };
  store.manifest_bytes("app", "3-bare", image_with(bare.to_string()));
  store.manifest_bytes("app", "4-sha512", image_with(sha512_text("{}")));
  const Json tags = run_for_json(store, {"ls", "app"}).report["tags"];
  EXPECT_EQ(tags[0]["platforms"], Json::array());
  EXPECT_GT(tags[0]["size"], 4);
  EXPECT_EQ(tags[1]["size"], nullptr);
  EXPECT_EQ(tags[2]["platforms"], Json::array());
  EXPECT_EQ(tags[2]["size"], 2);
  EXPECT_EQ(tags[3]["size"], nullptr);
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

TEST(Ls, AManifestThatCannotBeReadIsAFindingAndStillListed) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", {"base"});
  store.lose(image.manifest);
  store.folder(StoreBuilder::blob_path(image.manifest));
  const JsonRun run = run_for_json(store, {"ls", "app"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.report["tags"].size(), 1U);
  EXPECT_EQ(run.report["findings"][0]["kind"], "unreadable-manifest");
}

TEST(Ls, EveryRepositorysLostManifestIsAFindingOfItsOwn) {
  StoreBuilder store;
  for (const char* name : {"app", "copy/of/app"})
    for (const char* content : {"one", "two"})
      store.lose(store.image(name, content, {content}).manifest);
  const JsonRun run = run_for_json(store, {"ls", "**"});
  EXPECT_EQ(run.exit_code, 1);
  std::multiset<std::string> needed_by;
  for (const Json& finding : run.report["findings"])
    needed_by.insert(finding["needed_by"].dump());
  EXPECT_EQ(needed_by,
            (std::multiset<std::string>{R"(["app:one"])", R"(["app:two"])",
                                        R"(["copy/of/app:one"])",
                                        R"(["copy/of/app:two"])"}));
}

TEST(Ls, OfAllSaysWhatIsWrongWithAnyAndOfOneWhatIsWrongWithIt) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.image("bad", "v1", {"base"});
  store.write(StoreBuilder::tag_path("bad", "v1"), "");
  store.symlink("nowhere", "repositories/unmounted");
  const JsonRun all = run_for_json(store, {"ls"});
  EXPECT_EQ(all.exit_code, 1);
  ASSERT_EQ(all.report["findings"].size(), 2U) << all.report.dump(2);
  EXPECT_EQ(all.report["findings"][0]["kind"], "bad-tag-link");
  EXPECT_EQ(all.report["findings"][1]["kind"], "dangling-symbolic-link");
  for (const char* one : {"app", "a*"})
    EXPECT_EQ(run_for_json(store, {"ls", one}).exit_code, 0);
  EXPECT_EQ(run_for_json(store, {"ls", "bad"}).exit_code, 1);
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

TEST(Ls, AFolderOfRepositoriesIsNone) {
  StoreBuilder store;
  store.image("team/app", "v1", {"base"});
  const ProgramResult result = run_dregs(store, {"ls", "team"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("did you mean 'team/app'?"), std::string::npos)
      << result.err;
}

TEST(Ls, NamesCannotMoveTheCursor) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.folder("repositories/app/_manifests/tags/\x1b[2J/current");
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
