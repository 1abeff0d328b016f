// `dregs verify` finds what is wrong with blobs and images, and says whom it
// hurts; each story damages a store that was sound.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "scanner/formats/sha256.h"
#include "scanner/store/rate_limit.h"
#include "tests/command_run.h"
#include "tests/gc_run.h"
#include "tests/ordinary_user.h"
#include "tests/paths.h"

namespace dregs {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

class Verify : public testing::Test {
 protected:
  Verify()
      : app_(store_.image("app", "v1", {"base", "app layer"})),
        web_(store_.image("team/web", "v1", {"base", "web layer"})),
        old_(store_.image("team/web", "", {"base", "old layer"})) {}

  Json verify(int exit_code, std::vector<std::string> words = {}) {
    words.insert(words.begin(), "verify");
    const JsonRun run = run_for_json(store_, words);
    EXPECT_EQ(run.exit_code, exit_code) << run.err << run.report.dump(2);
    return run.report;
  }

  // Of a store where one thing is wrong.
  Json only_finding(const Json& report) {
    const Json& findings = report.at("findings");
    EXPECT_EQ(findings.size(), 1U) << findings.dump(2);
    return findings.empty() ? Json::object() : findings[0];
  }

  std::string needed(const std::string& name) const {
    return name + "@" + old_.manifest.to_string();
  }

  void expect_damage(const Digest& digest, const std::string& kind,
                     const Json& needed_by, const std::string& found) {
    const Json report = verify(1);
    const Json finding = only_finding(report);
    EXPECT_EQ(finding["kind"], kind);
    EXPECT_EQ(finding["digest"], digest.to_string());
    EXPECT_EQ(finding["path"], in_root(StoreBuilder::blob_path(digest)));
    EXPECT_EQ(finding["needed_by"], needed_by);
    EXPECT_THAT(finding["detail"], HasSubstr("found " + found));
    EXPECT_EQ(report["blobs"]["corrupt"], 1);
  }

  static std::string described(const std::string& content) {
    return sha256(content).to_string() + " of " +
           std::to_string(content.size()) + " bytes";
  }

  StoreBuilder store_;
  BuiltImage app_;
  BuiltImage web_;
  BuiltImage old_;  // untagged
};

TEST_F(Verify, ASoundStoreIsProvedWhole) {
  store_.upload("app", "0a0a0a0a-0000-4000-8000-000000000000",
                std::chrono::seconds(1), "half a layer");
  std::uint64_t bytes = 0;
  std::uint64_t blobs = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(store_.v2() / "blobs"))
    if (entry.is_regular_file()) {
      ++blobs;
      bytes += entry.file_size();
    }
  const Json report = verify(0);
  EXPECT_EQ(report["schema"], "dregs.verify/1");
  EXPECT_EQ(report["blobs"]["checked"], blobs);
  EXPECT_EQ(report["bytes_checked"], bytes);
  EXPECT_EQ(report["tags"], Json({{"checked", 2}, {"broken", 0}}));
  EXPECT_EQ(report["revisions"], Json({{"checked", 3}, {"broken", 0}}));
  EXPECT_EQ(report["shard"], nullptr);
  EXPECT_EQ(report["findings"], Json::array());
}

TEST_F(Verify, AFlippedBitBreaksEveryImageAboveIt) {
  store_.corrupt(app_.layers[0]);
  expect_damage(
      app_.layers[0], "corrupt-blob",
      {"app:v1", "team/web:v1", needed("team/web")},
      described(store_.read(StoreBuilder::blob_path(app_.layers[0]))));
  const Json report = verify(1);
  EXPECT_EQ(report["broken_tags"], Json({"app:v1", "team/web:v1"}));
  EXPECT_EQ(report["revisions"], Json({{"checked", 3}, {"broken", 3}}));
  EXPECT_THAT(report["findings"][0]["detail"],
              HasSubstr("expected " + described("base")));
}

TEST_F(Verify, ATruncatedAnExtendedAndAnEmptyLayerAreTold) {
  const Digest layer = app_.layers[1];
  const std::string path = StoreBuilder::blob_path(layer);
  for (const std::string content : {"app", "app layer and more", ""}) {
    SCOPED_TRACE(content);
    store_.write(path, content);
    expect_damage(layer, content.empty() ? "empty-blob" : "corrupt-blob",
                  {"app:v1"}, described(content));
  }
}

TEST_F(Verify, HowLargeAConfigHadToBeIsSaidToo) {
  const std::size_t size =
      store_.read(StoreBuilder::blob_path(app_.config)).size();
  store_.write(StoreBuilder::blob_path(app_.config), "{}");
  const Json finding = only_finding(verify(1));
  EXPECT_EQ(finding["detail"], "expected " + app_.config.to_string() + " of " +
                                   std::to_string(size) + " bytes, found " +
                                   described("{}"));
}

TEST_F(Verify, HowLargeALayerHadToBeIsNotAskedOfAManifestThatNobodyServes) {
  const Digest layer = store_.layer("big", "layer");
  ManifestParts parts;
  parts.media_type = media::oci_image;
  parts.layers = {{{media::oci_layer, layer.to_string(), 5}}};
  store_.manifest_bytes("big", "v1",
                        manifest_json(parts) + std::string(5'000'000, ' '));
  store_.corrupt(layer);
  const Json findings = verify(1)["findings"];
  ASSERT_EQ(findings.size(), 2U) << findings.dump(2);
  EXPECT_EQ(findings[0]["kind"], "oversized-manifest");
  EXPECT_THAT(findings[1]["detail"],
              testing::StartsWith("expected " + layer.to_string() + ", found"));
}

TEST_F(Verify, AManifestThatTwoRepositoriesHaveIsOneProblem) {
  store_.image("copy/of/app", "v1", {"base", "app layer"});
  store_.corrupt(app_.manifest);
  expect_damage(app_.manifest, "corrupt-manifest", {"app:v1", "copy/of/app:v1"},
                described(store_.read(StoreBuilder::blob_path(app_.manifest))));
}

TEST_F(Verify, LayersOfManyChunksAreReadToTheirLastByte) {
  std::string content(9 * 1024 * 1024 + 17, 'x');
  const BuiltImage large = store_.image("app", "large", {content});
  verify(0);
  content.back() = 'y';
  store_.write(StoreBuilder::blob_path(large.layers[0]), content);
  expect_damage(large.layers[0], "corrupt-blob", {"app:large"},
                described(content));
}

TEST_F(Verify, ALayerThatIsGoneIsMissing) {
  store_.lose(web_.layers[1]);
  const Json report = verify(1);
  EXPECT_EQ(only_finding(report)["kind"], "missing-blob");
  EXPECT_EQ(report["blobs"]["missing"], 1);
  EXPECT_EQ(report["blobs"]["corrupt"], 0);
  EXPECT_EQ(report["broken_tags"], Json({"team/web:v1"}));
}

TEST_F(Verify, ALayerThatNoLinkLeadsToBreaksItsImage) {
  store_.remove(StoreBuilder::layer_link_path("app", app_.layers[1]));
  const Json report = verify(1);
  EXPECT_EQ(only_finding(report)["kind"], "missing-layer-link");
  EXPECT_EQ(report["broken_tags"], Json({"app:v1"}));
}

TEST_F(Verify, ALinkThatNamesAnotherBlobIsTold) {
  store_.write(StoreBuilder::layer_link_path("app", app_.layers[1]),
               app_.layers[0].to_string());
  const Json report = verify(1);
  EXPECT_EQ(only_finding(report)["kind"], "mismatched-link");
  EXPECT_EQ(report["broken_tags"], Json({"app:v1"}));
}

TEST_F(Verify, AnEmptyTagIsBroken) {
  store_.write(StoreBuilder::tag_path("app", "v1"), "");
  const Json report = verify(1);
  EXPECT_EQ(only_finding(report)["kind"], "bad-tag-link");
  EXPECT_EQ(report["broken_tags"], Json({"app:v1"}));
  EXPECT_EQ(report["revisions"]["broken"], 0);
}

TEST_F(Verify, GarbageIsReadTooAndHurtsNobody) {
  const Digest orphan = store_.blob("orphan");
  verify(0);
  store_.corrupt(orphan);
  const Json finding = only_finding(verify(1));
  EXPECT_EQ(finding["needed_by"], Json::array());
  EXPECT_THAT(finding["detail"], HasSubstr("no image needs it"));
}

TEST_F(Verify, WhatMayNotBeReadIsToldOnce) {
  if (!can_be_ordinary_user()) GTEST_SKIP() << "cannot be an ordinary user";
  give_to_ordinary_user(store_);
  const auto blob = StoreBuilder::blob_path;
  for (const auto& [file, kind] :
       {std::pair(blob(app_.layers[1]), "unreadable-file"),
        std::pair(blob(app_.manifest), "unreadable-manifest"),
        std::pair(StoreBuilder::layer_link_path("app", app_.layers[1]),
                  "unreadable-file")}) {
    SCOPED_TRACE(file);
    const auto path = store_.v2() / file;
    std::filesystem::permissions(path, std::filesystem::perms::none);
    std::vector<std::string> argv = as_ordinary_user();
    argv.insert(argv.end(), {kDregsProgram, "verify", "--json", "--root",
                             store_.root().string()});
    const ProgramResult result = run_program(argv);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    EXPECT_EQ(result.exit_code, 1) << result.err;
    const Json report = Json::parse(result.out);
    EXPECT_EQ(only_finding(report)["kind"], kind);
    EXPECT_THAT(only_finding(report)["detail"], HasSubstr("Permission denied"));
    EXPECT_EQ(report["blobs"]["unreadable"], file.starts_with("blobs") ? 1 : 0);
    EXPECT_EQ(report["broken_tags"], Json({"app:v1"}));
  }
}

TEST_F(Verify, WhatADiskFailsToReadIsToldWithWhomItHurts) {
  if (!can_trace()) GTEST_SKIP() << "strace is missing or may not trace";
  const ProgramResult result = run_program(
      {"strace", "-f", "-o", "/dev/null", "-P",
       store_.v2() / StoreBuilder::blob_path(app_.layers[1]), "-e",
       "trace=read,preadv2", "-e", "inject=read,preadv2:error=EIO",
       kDregsProgram, "verify", "--json", "--root", store_.root().string()});
  EXPECT_EQ(result.exit_code, 1) << result.err;
  const Json report = Json::parse(result.out);
  EXPECT_EQ(only_finding(report)["kind"], "unreadable-file");
  EXPECT_EQ(only_finding(report)["detail"], "Input/output error");
  EXPECT_EQ(only_finding(report)["needed_by"], Json({"app:v1"}));
  EXPECT_EQ(report["blobs"]["unreadable"], 1);
}

TEST_F(Verify, OnlyWhatTheNamedImageNeedsIsRead) {
  store_.corrupt(app_.layers[1]);
  const std::string by_digest = needed("team/web");
  for (const std::string& ref : {std::string("team/web:v1"), by_digest})
    EXPECT_EQ(verify(0, {ref})["blobs"]["checked"], 4) << ref;
  const Json whole = verify(0, {"team/*"});
  EXPECT_EQ(whole["blobs"]["checked"], 7);
  EXPECT_EQ(whole["tags"]["checked"], 1);
  EXPECT_EQ(whole["revisions"]["checked"], 2);
  EXPECT_EQ(only_finding(verify(1, {"app:v1"}))["kind"], "corrupt-blob");
}

TEST_F(Verify, ANamedImagesDamageNamesTheOthersThatItBreaks) {
  store_.corrupt(app_.layers[0]);
  const Json report = verify(1, {"app"});
  EXPECT_EQ(only_finding(report)["needed_by"],
            Json({"app:v1", "team/web:v1", needed("team/web")}));
  EXPECT_EQ(report["broken_tags"], Json({"app:v1"}));
  EXPECT_EQ(report["revisions"], Json({{"checked", 1}, {"broken", 1}}));
}

TEST_F(Verify, LayersNamedBySha512AndChildrenOfAnIndexAreReadForTheirTag) {
  const BuiltImage child =
      store_.image("multi", "", {"by another name"}, {.sha512_layers = true});
  store_.index("multi", "all", {child.manifest});
  EXPECT_EQ(verify(0, {"multi:all"})["blobs"]["checked"], 4);
  store_.corrupt(child.layers[0]);
  EXPECT_EQ(only_finding(verify(1, {"multi:all"}))["needed_by"],
            Json({"multi:all"}));
}

TEST_F(Verify, AnotherRepositorysLinkMakesNoImageWhole) {
  for (const char* name : {"multi", "web"})
    store_.image(name, "v1", {"by another name"}, {.sha512_layers = true});
  const std::string layer = sha512_text("by another name");
  store_.remove(StoreBuilder::layer_link_path("multi", layer));
  const Json report = verify(1);
  EXPECT_EQ(only_finding(report)["kind"], "missing-layer-link");
  EXPECT_EQ(only_finding(report)["digest"], layer);
  EXPECT_EQ(report["broken_tags"], Json({"multi:v1"}));
}

TEST_F(Verify, ThePartsAddUpToTheWhole) {
  for (int i = 0; i < 40; ++i) store_.blob("garbage " + std::to_string(i));
  store_.corrupt(app_.layers[0]);
  store_.lose(web_.layers[1]);
  store_.write(StoreBuilder::tag_path("app", "v2"), "");
  const Json whole = verify(1);
  std::map<std::string, std::uint64_t> sum;
  Json findings = Json::array();
  std::set<std::string> broken;
  for (int part = 1; part <= 3; ++part) {
    const std::string shard = std::to_string(part) + "/3";
    const Json report =
        run_for_json(store_, {"verify", "--shard", shard}).report;
    EXPECT_EQ(report["shard"], shard);
    EXPECT_GT(report["blobs"]["checked"], 0);
    for (const char* key : {"checked", "corrupt", "missing", "unreadable"})
      sum[key] += report["blobs"][key].get<std::uint64_t>();
    for (const char* key : {"tags", "revisions"})
      sum[key] += report[key]["checked"].get<std::uint64_t>();
    for (const Json& finding : report["findings"]) findings.push_back(finding);
    for (const Json& tag : report["broken_tags"]) broken.insert(tag);
  }
  for (const char* key : {"checked", "corrupt", "missing", "unreadable"})
    EXPECT_EQ(sum[key], whole["blobs"][key]) << key;
  for (const char* key : {"tags", "revisions"})
    EXPECT_EQ(sum[key], whole[key]["checked"]) << key;
  EXPECT_THAT(findings, testing::UnorderedElementsAreArray(whole["findings"]));
  EXPECT_EQ(Json(broken), whole["broken_tags"]);
}

TEST_F(Verify, SaysTheSameWithAnyNumberOfThreads) {
  for (int i = 0; i < 200; ++i) {
    const Digest blob = store_.blob("blob " + std::to_string(i));
    if (i % 3 == 0) store_.corrupt(blob);
  }
  store_.corrupt(app_.layers[0]);
  Json one = verify(1, {"-j1"});
  Json eight = verify(1, {"-j8"});
  for (Json* report : {&one, &eight}) report->erase("seconds");
  EXPECT_EQ(one.dump(), eight.dump());
}

TEST_F(Verify, TheReportForAPersonSaysWhatToPushAgain) {
  store_.corrupt(app_.layers[0]);
  const ProgramResult result = run_dregs(store_, {"verify"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out, HasSubstr("1 blob corrupt, 0 missing"));
  EXPECT_THAT(result.out, HasSubstr("2 tags (2 broken)"));
  EXPECT_THAT(result.out, HasSubstr("a push keeps them):\n  app:v1\n"));
  EXPECT_EQ(run_dregs(store_, {"verify", "--quiet"}).out, "");
}

TEST_F(Verify, WrongWordsAreExitCode2) {
  for (const char* shard :
       {"0/4", "5/4", "4", "1/0", "a/b", "1/2/3", "1/65537"})
    EXPECT_EQ(run_dregs(store_, {"verify", "--shard", shard}).exit_code, 2)
        << shard;
  EXPECT_EQ(run_dregs(store_, {"verify", "ap"}).exit_code, 2);
}

// What is wrong elsewhere is not the named image's.
TEST_F(Verify, ANamedImageIsJudgedByItsOwnDamage) {
  store_.lose(web_.layers[1]);
  EXPECT_EQ(verify(0, {"app:v1"})["findings"], Json::array());
  store_.remove(StoreBuilder::layer_link_path("app", app_.layers[1]));
  EXPECT_EQ(verify(1, {"app:v1"})["broken_tags"], Json({"app:v1"}));
}

TEST_F(Verify, ACorruptManifestElsewhereIsNotTheNamedImages) {
  store_.corrupt(app_.manifest);
  EXPECT_EQ(verify(0, {"team/web:v1"})["findings"], Json::array());
  EXPECT_EQ(only_finding(verify(1, {"app:v1"}))["kind"], "corrupt-manifest");
}

TEST_F(Verify, AnUntaggedImageIsJudgedByItsDigest) {
  store_.lose(old_.layers[1]);
  EXPECT_EQ(verify(0, {"team/web:v1"})["findings"], Json::array());
  const Json report = verify(1, {needed("team/web")});
  EXPECT_EQ(only_finding(report)["kind"], "missing-blob");
  EXPECT_EQ(report["revisions"], Json({{"checked", 1}, {"broken", 1}}));
}

TEST_F(Verify, ANamedImageIsTornBetweenThePartsAndCountedOnce) {
  const std::vector<std::string> thrice = {"app", "app:v1",
                                           "app@" + app_.manifest.to_string()};
  const Json whole = verify(0, thrice);
  EXPECT_EQ(whole["blobs"]["checked"], 4);
  EXPECT_EQ(whole["tags"]["checked"], 1);
  EXPECT_EQ(whole["revisions"]["checked"], 1);
  int blobs = 0;
  int images = 0;
  for (const char* shard : {"1/3", "2/3", "3/3"}) {
    const Json part = verify(0, {"app", "--shard", shard});
    blobs += part["blobs"]["checked"].get<int>();
    images += part["tags"]["checked"].get<int>();
  }
  EXPECT_EQ(blobs, 4);
  EXPECT_EQ(images, 1);
}

TEST_F(Verify, WithoutBlobsEveryNamedImageIsTold) {
  store_.remove("blobs");
  EXPECT_THAT(verify(1, {"app:v1"})["findings"].dump(),
              HasSubstr("\"blobs-missing\""));
}

TEST_F(Verify, ATagThatLeadsNowhereMissesItsManifest) {
  store_.lose(app_.manifest);
  store_.remove(
      std::filesystem::path(StoreBuilder::revision_path("app", app_.manifest))
          .parent_path());
  const Json report = verify(1);
  EXPECT_EQ(only_finding(report)["kind"], "dangling-tag");
  EXPECT_EQ(report["blobs"]["missing"], 1);
  EXPECT_EQ(report["broken_tags"], Json({"app:v1"}));
}

// No push begins with it.
TEST_F(Verify, ARepositoryWithNothingButATagHasLostItsManifests) {
  store_.tag("lost", "v1", app_.manifest);
  const Json report = verify(1);
  EXPECT_THAT(report["findings"].dump(), HasSubstr("\"manifests-missing\""));
  EXPECT_EQ(report["broken_tags"], Json({"lost:v1"}));
}

// A hole of this size takes far longer to read than the test lasts.
TEST_F(Verify, CtrlCEndsItWithWhatWasFoundSoFar) {
  store_.lose(app_.layers[1]);
  store_.truncate(web_.layers[1], std::uintmax_t{1} << 40);
  const ProgramResult result = run_program(
      {"bash", "-c",
       "\"$0\" verify --json --root \"$1\" & pid=$!\n"
       "until ! kill -0 \"$pid\" || ls -l \"/proc/$pid/fd\" | grep "
       "-q \"$2\"; do sleep 0.05; done\n"
       "kill -INT \"$pid\"; wait \"$pid\"",
       kDregsProgram, store_.root().string(), web_.layers[1].hex()});
  EXPECT_EQ(result.exit_code, 130);
  const Json report = Json::parse(result.out);
  EXPECT_EQ(report["complete"], false);
  EXPECT_EQ(report["exit_code"], 130);
  EXPECT_EQ(report["broken_tags"], Json({"app:v1"}));
}

TEST_F(Verify, ALimitedRateIsKept) {
  store_.image("app", "large", {std::string(3 * 1024 * 1024, 'x')});
  const auto begun = std::chrono::steady_clock::now();
  const Json report = verify(0, {"--limit-rate", "6M"});
  EXPECT_GE(std::chrono::steady_clock::now() - begun,
            std::chrono::milliseconds(500));
  EXPECT_GT(report["bytes_checked"], 3 * 1024 * 1024);
  EXPECT_EQ(run_dregs(store_, {"verify", "--limit-rate", "much"}).exit_code, 2);
}

// It would wait for years.
TEST_F(Verify, ADeadlineEndsTheWaitForALimitedRate) {
  RateLimit limit(1);
  StopRequest stop;
  stop.request(StopReason::deadline);
  limit.spend(std::uint64_t{1} << 28, stop);
}

TEST_F(Verify, ADeadlineEndsItWithExitCode4) {
  store_.truncate(web_.layers[1], std::uintmax_t{1} << 40);
  Json report;
  // Under a sanitizer, on a busy machine, a second is not enough to begin.
  for (const char* deadline : {"1s", "5s", "25s"})
    if (report.is_null()) report = verify(4, {"--deadline", deadline});
  EXPECT_EQ(report["complete"], false);
  EXPECT_LT(report["seconds"], 30);
  for (const char* when : {"24:00", "6:5", "1", "soon", "-1h", ""})
    EXPECT_EQ(run_dregs(store_, {"verify", "--deadline", when}).exit_code, 2)
        << when;
}

}  // namespace
}  // namespace dregs
