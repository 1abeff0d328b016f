// Symbolic links and mounts that lead from one place of the store to another:
// format.md#row-51 and #row-53. What is used from two places is needed by both.
#include <gtest/gtest.h>

#include <filesystem>

#include "scanner/formats/sha256.h"
#include "tests/command_run.h"
#include "tests/gc_run.h"
#include "tests/mounted_store.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

// The image is garbage to the repository "a", where no tag names it, and to
// "b" a tag's, which has its part of it in "a".
class LedTo : public testing::Test {
 protected:
  LedTo() : image_(store_.image("a", "", {"layer"})) {
    store_.image("b", "t", {"layer"});
    store_.image("a", "v1", {"other"});
  }

  static std::string in(const std::string& repository,
                        const std::string& below) {
    return StoreBuilder::repository_path(repository) + "/" + below;
  }

  void lead(const std::string& from, const std::string& to) {
    store_.remove(from);
    store_.symlink(store_.v2() / to, from);
  }

  void expect_whole() {
    for (const Digest& digest :
         {image_.manifest, image_.config, image_.layers[0]})
      EXPECT_TRUE(store_.has_blob(digest));
    EXPECT_EQ(store_.read(StoreBuilder::tag_path("b", "t")),
              image_.manifest.to_string());
    EXPECT_TRUE(store_.has(StoreBuilder::revision_path("b", image_.manifest)));
    EXPECT_TRUE(
        store_.has(StoreBuilder::layer_link_path("b", image_.layers[0])));
  }

  StoreBuilder store_;
  BuiltImage image_;
};

class LedFrom : public LedTo,
                public testing::WithParamInterface<const char*> {};

// row 51
TEST_P(LedFrom, OnePartOfARepositoryToAnothersPinsBoth) {
  lead(in("b", GetParam()), in("a", GetParam()));
  const GcRun run = run_gc(store_, {"-m"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_TRUE(run.pinned("a"));
  EXPECT_TRUE(run.pinned("b"));
  expect_whole();
}

INSTANTIATE_TEST_SUITE_P(, LedFrom,
                         testing::Values("_manifests/revisions",
                                         "_manifests/revisions/sha256",
                                         "_layers", "_layers/sha256"),
                         [](const auto& part) {
                           std::string name = part.param;
                           std::replace(name.begin(), name.end(), '/', '_');
                           return name;
                         });

// row 51
TEST_F(LedTo, OneLinkOfAnothersPinsBoth) {
  const std::string revision =
      StoreBuilder::revision_path("b", image_.manifest);
  const std::string layer =
      StoreBuilder::layer_link_path("b", image_.layers[0]);
  const std::string tag = StoreBuilder::tag_path("b", "t");
  const std::map<std::string, std::string> links = {
      {revision, StoreBuilder::revision_path("a", image_.manifest)},
      {layer, StoreBuilder::layer_link_path("a", image_.layers[0])},
      {tag, StoreBuilder::revision_path("a", image_.manifest)}};
  for (const auto& [from, to] : links) {
    SCOPED_TRACE(from);
    lead(from, to);
    const GcRun run = run_gc(store_, {"-m"});
    EXPECT_TRUE(run.pinned("a"));
    expect_whole();
    const std::string content = store_.read(to);
    store_.remove(from);
    store_.write(from, content);
  }
}

// row 51
TEST_F(LedTo, WhatAnotherRepositoryReachesIsNotRemovedByNameEither) {
  store_.tag("a", "old", image_.manifest);
  lead(StoreBuilder::tag_path("b", "t"), StoreBuilder::tag_path("a", "old"));
  EXPECT_EQ(run_dregs(store_, {"rm", "a:old"}).exit_code, 3);
  EXPECT_EQ(run_dregs(store_, {"rm", "a", "--gc"}).exit_code, 3);
  expect_whole();
}

// row 51: what is untagged by the one name is kept by the other.
TEST_F(LedTo, AWholeRepositoryByAnotherNameIsKeptWhole) {
  store_.symlink(store_.v2() / "repositories/a", "repositories/alias");
  const Digest garbage = store_.blob("garbage");
  const GcRun run = run_gc(store_, {"-m"});
  EXPECT_TRUE(run.pinned("alias"));
  EXPECT_TRUE(run.pinned("a"));
  EXPECT_TRUE(store_.has(StoreBuilder::revision_path("a", image_.manifest)));
  EXPECT_FALSE(store_.has_blob(garbage));
  expect_whole();
}

// row 52: a loop is another name of all that it leads back to.
TEST_F(LedTo, RepositoriesInALoopAreKeptWhole) {
  for (const char* loop : {".", "..", "../..", "../../../.."}) {
    SCOPED_TRACE(loop);
    store_.symlink(loop, "repositories/up");
    const Digest garbage = store_.blob("garbage");
    const GcRun run = run_gc(store_, {"-m"});
    EXPECT_TRUE(run.pinned("a"));
    EXPECT_TRUE(store_.has(StoreBuilder::revision_path("a", image_.manifest)));
    EXPECT_FALSE(store_.has_blob(garbage));
    store_.remove("repositories/up");
  }
}

// row 51
TEST_F(LedTo, ABlobThatIsAnothersDataStays) {
  const Digest unneeded = store_.blob("unneeded");
  lead(StoreBuilder::blob_path(image_.layers[0]),
       StoreBuilder::blob_path(unneeded));
  store_.upload("a", "0a0a0a0a-0000-4000-8000-000000000000",
                std::chrono::hours(1000), "uploaded");
  lead(StoreBuilder::blob_path(image_.config),
       in("a", "_uploads/0a0a0a0a-0000-4000-8000-000000000000/data"));
  const Digest garbage = store_.blob("garbage");
  run_gc(store_, {"--uploads-older-than", "0"});
  EXPECT_EQ(store_.read(StoreBuilder::blob_path(image_.layers[0])), "unneeded");
  EXPECT_EQ(store_.read(StoreBuilder::blob_path(image_.config)), "uploaded");
  EXPECT_FALSE(store_.has_blob(garbage));
}

// row 51
TEST_F(LedTo, ABlobsFolderOrAPrefixThatIsAnothersStays) {
  const Digest one = store_.blob("unneeded one");
  const Digest two = store_.blob("unneeded two");
  const auto folder = [](const Digest& digest) {
    return fs::path(StoreBuilder::blob_path(digest)).parent_path();
  };
  lead(folder(image_.layers[0]), folder(one));
  store_.symlink(store_.v2() / folder(two).parent_path(), "blobs/sha256/00");
  run_gc(store_);
  EXPECT_TRUE(store_.has_blob(one));
  EXPECT_TRUE(store_.has_blob(two));
}

// row 51: to a folder of repositories, or to one above them all.
TEST_F(LedTo, OneThatHoldsRepositoriesPinsThemAll) {
  store_.image("team", "v1", {"other"});
  store_.image("team/app", "v1", {"other"});
  store_.image("teams", "v1", {"other"});
  const fs::path part = store_.v2() / in("b", "_uploads");
  const auto pinned_by = [&](const fs::path& to) {
    fs::create_directory_symlink(to, part);
    const GcRun run = run_gc(store_, {"-n"});
    fs::remove(part);
    std::set<std::string> names;
    for (const char* name : {"a", "team", "team/app", "teams"})
      if (run.pinned(name)) names.insert(name);
    return names;
  };
  using Names = std::set<std::string>;
  const fs::path all = store_.v2() / "repositories";
  EXPECT_EQ(pinned_by(all / "team"), (Names{"team", "team/app"}));
  for (const fs::path& above : {all, store_.v2(), store_.root()})
    EXPECT_EQ(pinned_by(above), (Names{"a", "team", "team/app", "teams"}));
  store_.blob("garbage");
  fs::create_directory_symlink(store_.v2(), part);
  EXPECT_EQ(run_gc(store_, {"-n"}).removed("blob").size(), 0U);
  fs::remove(part);
  fs::create_directories(store_.v2() / "repositories/empty");
  EXPECT_EQ(pinned_by(all / "empty"), Names{});
  EXPECT_EQ(pinned_by(store_.v2() / "blobs"), Names{});
}

// row 51
TEST_F(LedTo, ATemporaryFileThatIsABlobsDataStays) {
  const Digest unneeded = store_.blob("unneeded");
  const std::string left = store_.temp_file(StoreBuilder::blob_path(unneeded));
  store_.lose(unneeded);
  lead(StoreBuilder::blob_path(image_.layers[0]), left);
  lead(StoreBuilder::blob_path(image_.config), left);
  run_gc(store_, {"--uploads-older-than", "0"});
  EXPECT_TRUE(store_.has(left));
}

// row 53
TEST_F(LedTo, OnePartIsMountedOverAnothersPinsBoth) {
  if (!can_mount()) GTEST_SKIP() << "needs root, or user namespaces";
  const std::string before = "repositories/a/_layers";
  const GcRun run = run_gc_among_mounts(
      store_, "mount --bind " + before + " repositories/b/_layers", {"-m"});
  EXPECT_TRUE(run.pinned("a"));
  EXPECT_TRUE(store_.has(StoreBuilder::layer_link_path("a", image_.layers[0])));
  expect_whole();
}

// row 53
TEST_F(LedTo, AMountOfSomethingElseConcernsNobodyElse) {
  if (!can_mount()) GTEST_SKIP() << "needs root, or user namespaces";
  fs::create_directory(store_.root() / "elsewhere");
  const GcRun run = run_gc_among_mounts(
      store_,
      "mount --bind ../../../elsewhere repositories/b/_uploads 2>/dev/null || "
      "{ mkdir repositories/b/_uploads; "
      "mount --bind ../../../elsewhere repositories/b/_uploads; }",
      {"-m"});
  EXPECT_TRUE(run.pinned("b"));
  EXPECT_FALSE(run.pinned("a"));
}

}  // namespace
}  // namespace dregs
