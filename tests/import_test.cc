// `dregs import` puts an OCI layout into a store as pushes would.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include "gc/heal/disk_link_writer.h"
#include "gc/layouts/import.h"
#include "gc/saved/user_file.h"
#include "scanner/files/descriptor.h"
#include "scanner/files/disk_reader.h"
#include "tests/paths.h"
#include "tests/served_bucket.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::HasSubstr;

// One store with an image and a layout of it; another one, which gets it.
class Import : public testing::Test {
 protected:
  void export_refs(std::vector<std::string> refs) {
    refs.insert(refs.begin(), {"export", "--to", layout()});
    ASSERT_EQ(run_dregs(from_, refs).exit_code, 0);
  }

  std::string layout() const {
    return (from_.root() / "../layout-of-").string() +
           from_.root().filename().string();
  }
  ~Import() override { fs::remove_all(layout()); }

  JsonRun run(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"import", layout()});
    return run_for_json(to_, more);
  }

  void expect_nothing_written(const JsonRun& run, int code,
                              const std::string& reason,
                              const TreeSnapshot& before) {
    EXPECT_EQ(run.exit_code, code) << run.err;
    EXPECT_THAT(run.err, HasSubstr(reason));
    EXPECT_EQ(to_.snapshot(), before);
  }

  // The index as another tool writes it.
  void rewrite_index(const std::function<void(Json&)>& change) {
    Json index = Json::parse(read_file(layout() + "/index.json"));
    change(index);
    replace_file(index.dump(), layout() + "/index.json");
  }

  static constexpr auto kName = "org.opencontainers.image.ref.name";

  StoreBuilder from_;
  StoreBuilder to_;
  BuiltImage image_ = from_.image("app", "v1", {"base", "app"});
  BuiltImage there_ = to_.image("app", "v1", {"base", "old"});
};

TEST_F(Import, TheOtherStoreServesWhatThisOneDid) {
  const BuiltImage arm = from_.image("app", "", {"arm"});
  const Digest both =
      from_.index("app", "both", {image_.manifest, arm.manifest});
  const BuiltImage sbom = from_.referrer("app", arm.manifest, "sbom");
  const BuiltImage cosign = from_.cosign_signature("app", both);
  export_refs({"app"});
  const JsonRun done = run();
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_EQ(done.report["schema"], "dregs.import/1");
  for (const Digest& each :
       {image_.manifest, arm.manifest, both, sbom.manifest, cosign.manifest}) {
    EXPECT_EQ(to_.read(StoreBuilder::blob_path(each)),
              from_.read(StoreBuilder::blob_path(each)));
    EXPECT_EQ(to_.read(StoreBuilder::revision_path("app", each)),
              each.to_string());
  }
  EXPECT_TRUE(to_.has(StoreBuilder::layer_link_path("app", arm.layers[0])));
  EXPECT_EQ(to_.read(StoreBuilder::tag_path("app", "both")), both.to_string());
  EXPECT_EQ(run_dregs(to_, {"verify"}).exit_code, 0);
}

TEST_F(Import, WhatATagWasStaysInItsHistory) {
  export_refs({"app"});
  const JsonRun done = run();
  EXPECT_EQ(done.report["tags"][0]["before"], there_.manifest.to_string());
  EXPECT_EQ(to_.read(StoreBuilder::tag_path("app", "v1")),
            image_.manifest.to_string());
  for (const Digest& each : {image_.manifest, there_.manifest})
    EXPECT_TRUE(to_.has(StoreBuilder::history_path("app", "v1", each)));
  EXPECT_EQ(
      run_dregs(to_, {"rollback", "app:v1@" + there_.manifest.to_string()})
          .exit_code,
      0);
}

TEST_F(Import, ADryRunChangesNothingAndASecondRunWritesNothing) {
  export_refs({"app"});
  const TreeSnapshot before = to_.snapshot();
  const JsonRun dry = run({"-n"});
  EXPECT_EQ(dry.report["blobs"]["missing"], 3);
  expect_nothing_written(dry, 0, "", before);
  EXPECT_EQ(run().exit_code, 0);
  const TreeSnapshot after = to_.snapshot();
  const JsonRun again = run();
  EXPECT_EQ(again.report["links_written"], 0);
  EXPECT_EQ(again.report["blobs"]["missing"], 0);
  EXPECT_EQ(to_.snapshot(), after);
}

TEST_F(Import, ALayerThatDoesNotHashIsNotLinked) {
  export_refs({"app"});
  const std::string layer =
      layout() + "/blobs/sha256/" + image_.layers[1].hex();
  replace_file("ppa", layer);
  const JsonRun failed = run();
  EXPECT_EQ(failed.exit_code, 4);
  EXPECT_THAT(failed.err, HasSubstr("does not hash to its name"));
  EXPECT_FALSE(to_.has_blob(image_.layers[1]));
  EXPECT_EQ(to_.read(StoreBuilder::tag_path("app", "v1")),
            there_.manifest.to_string());
  EXPECT_FALSE(to_.has(StoreBuilder::revision_path("app", image_.manifest)));
  EXPECT_FALSE(fs::exists(to_.v2() / "../.dregs"));
}

TEST_F(Import, WhatIsInNeitherIsNamedBeforeAnythingIsWritten) {
  export_refs({"app"});
  fs::remove(layout() + "/blobs/sha256/" + image_.layers[1].hex());
  const TreeSnapshot before = to_.snapshot();
  expect_nothing_written(
      run(), 2, "app:v1: " + image_.layers[1].to_string() + " is neither in",
      before);
  // A delta: the store has the layer.
  to_.blob("app");
  EXPECT_EQ(run().exit_code, 0);
}

// Writes so many links, and no more.
class CutShort final : public LinkWriter {
 public:
  CutShort(LinkWriter& links, int most) : links_(links), left_(most) {}
  FoundLink find(const std::string& path) override { return links_.find(path); }
  LinkOutcome replace(const std::string& path, const FoundLink& over,
                      const Digest& digest) override {
    if (left_-- == 0) return {LinkOutcome::State::failed, "cut short"};
    return links_.replace(path, over, digest);
  }
  std::string sync() override { return links_.sync(); }

 private:
  LinkWriter& links_;
  int left_;
};

TEST_F(Import, WhereverItEndsEveryImageIsWhole) {
  from_.index("app", "both", {image_.manifest});
  export_refs({"app"});
  const LayoutSource source(layout());
  const Descriptor v2 = open_folder(AT_FDCWD, to_.v2().string());
  DiskLinkWriter disk(v2.get());
  bool done = false;
  for (int links = 0; !done; ++links) {
    CutShort writer(disk, links);
    StopRequest stop;
    std::atomic<std::uint64_t> bytes{0};
    const ImportPlan plan =
        plan_import(source, DiskReader(v2.get()), std::nullopt);
    done = carry_out(plan, source, v2.get(), writer, stop, bytes).error.empty();
    // A push that is killed leaves a new tag so, too.
    const Json verified = run_for_json(to_, {"verify"}).report;
    for (const Json& finding : verified.at("findings"))
      EXPECT_EQ(finding["kind"], "tag-without-current") << links;
    ASSERT_LT(links, 20);
  }
  EXPECT_EQ(to_.read(StoreBuilder::tag_path("app", "v1")),
            image_.manifest.to_string());
}

TEST_F(Import, ATagAloneNeedsARepository) {
  export_refs({"app"});
  rewrite_index(
      [](Json& index) { index["manifests"][0]["annotations"][kName] = "v2"; });
  expect_nothing_written(run(), 2, "name one: import DIR REPO", to_.snapshot());
  EXPECT_EQ(run({"team/web"}).exit_code, 0);
  EXPECT_EQ(to_.read(StoreBuilder::tag_path("team/web", "v2")),
            image_.manifest.to_string());
}

TEST_F(Import, NamesThatNoRegistryTakesAreRefused) {
  export_refs({"app"});
  for (const char* name : {"Team/App:v1", "../up:v1", "app:v 1", "app/v1:"}) {
    rewrite_index([&](Json& index) {
      index["manifests"][0]["annotations"][kName] = name;
    });
    const JsonRun refused = run();
    EXPECT_EQ(refused.exit_code, 2) << name;
    EXPECT_EQ(std::count(refused.err.begin(), refused.err.end(), '\n'), 1);
  }
}

TEST_F(Import, OneTagCannotBeTwoImages) {
  from_.image("web", "v1", {"web"});
  export_refs({"app", "web"});
  expect_nothing_written(run({"all"}), 2, "would be two images",
                         to_.snapshot());
}

TEST_F(Import, AnotherRunHoldsTheStore) {
  export_refs({"app"});
  const Descriptor v2 = open_folder(AT_FDCWD, to_.v2().string());
  ASSERT_EQ(::flock(v2.get(), LOCK_EX | LOCK_NB), 0);
  expect_nothing_written(run(), 3, "refused", to_.snapshot());
}

TEST_F(Import, NewFilesAreAsTheirNeighbours) {
  fs::permissions(to_.v2() / "blobs", fs::perms(0750));
  fs::permissions(to_.v2() / "blobs/sha256", fs::perms(0750));
  fs::permissions(to_.v2() / "repositories", fs::perms(0750));
  export_refs({"app"});
  ASSERT_EQ(run({"new/one"}).exit_code, 0);
  for (const std::string& path : {StoreBuilder::blob_path(image_.manifest),
                                  StoreBuilder::tag_path("new/one", "v1")})
    EXPECT_EQ(fs::status(to_.v2() / path).permissions(), fs::perms(0640))
        << path;
}

TEST_F(Import, ABucketIsOneClearLine) {
  export_refs({"app"});
  ServedBucket bucket;
  bucket.fill(to_);
  const JsonRun refused = bucket.run_for_json({"import", layout()});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("import works on a registry in a folder"));
}

}  // namespace
}  // namespace dregs
