// Chains of symbolic links and mounts that leave the store and come back:
// format.md#row-51 and #row-53. Whatever a server can reach stays.
#include <gtest/gtest.h>

#include <filesystem>

#include "scanner/formats/sha256.h"
#include "tests/gc_run.h"
#include "tests/mounted_store.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

std::string folder_of(const std::string& path) {
  return fs::path(path).parent_path().string();
}

// To "a" the image is garbage, no tag names it; "b" has a part of it there.
class LongWay : public testing::Test {
 protected:
  LongWay() : image_(store_.image("a", "", {"layer"})) {
    store_.image("b", "t", {"layer"});
    store_.image("a", "v1", {"other"});
  }

  fs::path outside(const std::string& name) const {
    return store_.root() / "outside" / name;
  }

  // A folder outside with a symbolic link in it, back into the store.
  fs::path folder_with_link(const std::string& name, const std::string& to) {
    fs::create_directories(outside(name).parent_path());
    fs::create_symlink(store_.v2() / to, outside(name));
    return outside(name).parent_path();
  }

  void replace(const std::string& path, const fs::path& by) {
    store_.remove(path);
    store_.symlink(by, path);
  }

  void expect_served() {
    EXPECT_EQ(store_.read(StoreBuilder::tag_path("b", "t")),
              image_.manifest.to_string());
    EXPECT_TRUE(store_.has(StoreBuilder::revision_path("b", image_.manifest)));
    for (const Digest& digest : {image_.config, image_.layers[0]})
      EXPECT_TRUE(store_.has(StoreBuilder::layer_link_path("b", digest)));
    for (const Digest& digest :
         {image_.manifest, image_.config, image_.layers[0]})
      EXPECT_TRUE(store_.has_blob(digest));
  }

  StoreBuilder store_;
  BuiltImage image_;
};

// row 51
TEST_F(LongWay, ABlobFolderOutsideWhoseDataIsAnotherBlobKeepsThat) {
  const Digest unneeded = store_.blob("unneeded");
  const Digest garbage = store_.blob("garbage");
  const std::string layer = StoreBuilder::blob_path(image_.layers[0]);
  replace(folder_of(layer),
          folder_with_link("blob/data", StoreBuilder::blob_path(unneeded)));
  run_gc(store_);
  EXPECT_EQ(store_.read(layer), "unneeded");
  EXPECT_FALSE(store_.has_blob(garbage));
}

// row 51
TEST_F(LongWay, APrefixFolderOutsideWhoseBlobIsAnotherKeepsThat) {
  const Digest unneeded = store_.blob("unneeded");
  const std::string layer = StoreBuilder::blob_path(image_.layers[0]);
  const std::string prefix = folder_of(folder_of(layer));
  fs::create_directories(outside(""));
  fs::copy(store_.v2() / prefix, outside("prefix"),
           fs::copy_options::recursive);
  replace(prefix, outside("prefix"));
  store_.remove(folder_of(layer));
  store_.symlink(store_.v2() / folder_of(StoreBuilder::blob_path(unneeded)),
                 folder_of(layer));
  run_gc(store_);
  EXPECT_EQ(store_.read(layer), "unneeded");
}

class LongWayTo : public LongWay,
                  public testing::WithParamInterface<const char*> {
 protected:
  std::string path(const std::string& repository) const {
    std::string below = GetParam();
    const std::size_t at = below.find("LAYER");
    if (at != below.npos) below.replace(at, 5, image_.layers[0].hex());
    const std::size_t manifest = below.find("MANIFEST");
    if (manifest != below.npos)
      below.replace(manifest, 8, image_.manifest.hex());
    return StoreBuilder::repository_path(repository) + "/" + below;
  }
};

// row 51: the folder of every link, and every folder above.
TEST_P(LongWayTo, AFolderOutsideThatLeadsBackPinsWhatItLeadsTo) {
  const std::string name = fs::path(path("a")).filename();
  replace(folder_of(path("b")), folder_with_link("one/" + name, path("a")));
  const GcRun run = run_gc(store_, {"-m"});
  EXPECT_TRUE(run.pinned("a"));
  EXPECT_TRUE(run.pinned("b"));
  EXPECT_TRUE(store_.has(path("a")));
}

// row 51: and once more around.
TEST_P(LongWayTo, AFolderOutsideInAFolderOutsidePinsWhatItLeadsTo) {
  const std::string name = fs::path(path("a")).filename();
  const fs::path last = folder_with_link("last/" + name, path("a"));
  fs::create_directories(outside("first"));
  fs::create_symlink(last / name, outside("first") / name);
  replace(folder_of(path("b")), outside("first"));
  EXPECT_TRUE(run_gc(store_, {"-m"}).pinned("a"));
  EXPECT_TRUE(store_.has(path("a")));
}

// row 53
TEST_P(LongWayTo, AMountOutsideOfWhatIsInTheStorePinsThat) {
  if (!can_mount()) GTEST_SKIP() << "needs root, or user namespaces";
  const fs::path name = fs::path(path("a")).filename();
  fs::create_directories(outside("one"));
  if (fs::is_directory(store_.v2() / path("a")))
    fs::create_directory(outside("one") / name);
  else
    store_.write(outside("one") / name, "");
  replace(folder_of(path("b")), outside("one"));
  const GcRun run =
      run_gc_among_mounts(store_,
                          "mount --bind " + path("a") + " '" +
                              (outside("one") / name).string() + "'",
                          {"-m"});
  EXPECT_TRUE(run.pinned("a"));
  EXPECT_TRUE(store_.has(path("a")));
}

INSTANTIATE_TEST_SUITE_P(
    , LongWayTo,
    testing::Values("_layers/sha256/LAYER/link", "_layers/sha256/LAYER",
                    "_layers/sha256",
                    "_manifests/revisions/sha256/MANIFEST/link",
                    "_manifests/revisions/sha256/MANIFEST",
                    "_manifests/revisions/sha256"),
    [](const auto& part) {
      std::string name = part.param;
      std::replace(name.begin(), name.end(), '/', '_');
      return name;
    });

// row 51
TEST_F(LongWay, ATagFolderOutsideWhoseTargetIsAnotherTagsPinsThat) {
  store_.tag("a", "old", image_.manifest);
  const std::string current = StoreBuilder::tag_path("a", "old");
  for (const std::string& below :
       {std::string("tag/current/link"), std::string("current/link")}) {
    SCOPED_TRACE(below);
    const fs::path folder = folder_with_link(below, current);
    const bool tag = below.starts_with("tag");
    const std::string place = folder_of(StoreBuilder::tag_path("b", "t"));
    replace(tag ? folder_of(place) : place,
            tag ? folder.parent_path() : folder);
    EXPECT_TRUE(run_gc(store_, {"-m"}).pinned("a"));
    EXPECT_EQ(store_.read(StoreBuilder::tag_path("b", "t")),
              image_.manifest.to_string());
    store_.remove(tag ? folder_of(place) : place);
    store_.tag("b", "t", image_.manifest);
  }
}

// row 51: the scan does not look into what is no upload of the registry's.
TEST_F(LongWay, ALinkInAnUploadKeepsWhatItLeadsTo) {
  const Digest unneeded = store_.blob("unneeded");
  const std::string id = "0a0a0a0a-0000-4000-8000-000000000000";
  store_.upload("b", id, std::chrono::hours(1000), "half");
  replace(StoreBuilder::upload_path("b", id) + "/data",
          folder_with_link("more/data", StoreBuilder::blob_path(unneeded)) /
              "data");
  run_gc(store_, {"--uploads-older-than", "0"});
  EXPECT_TRUE(store_.has_blob(unneeded));
  expect_served();
}

// row 51
TEST_F(LongWay, AnUploadThatIsALinkKeepsTheUploadThatItLeadsTo) {
  const std::string id = "0a0a0a0a-0000-4000-8000-000000000000";
  const std::string other = "0b0b0b0b-0000-4000-8000-000000000000";
  store_.upload("a", id, std::chrono::hours(1000), "half");
  store_.folder(StoreBuilder::repository_path("b") + "/_uploads");
  store_.symlink(store_.v2() / StoreBuilder::upload_path("a", id),
                 StoreBuilder::upload_path("b", other));
  run_gc(store_, {"--uploads-older-than", "0"});
  EXPECT_TRUE(store_.has(StoreBuilder::upload_path("a", id) + "/data"));
}

// row 51: what a way goes through on its way elsewhere is needed, too.
TEST_F(LongWay, AFolderThatAWayOnlyPassesStays) {
  fs::create_directories(outside(""));
  const std::string layers = StoreBuilder::repository_path("b") + "/_layers";
  fs::rename(store_.v2() / layers, outside("layers"));
  const Digest gone = store_.blob("gone");
  const std::string up = "/../../../../../../outside/layers";
  const std::vector<std::pair<std::string, std::string>> passages = {
      {"repositories/empty", "/../../../../../outside/layers"},
      {"repositories/deep/empty", up},
      {folder_of(folder_of(StoreBuilder::blob_path(gone))), up},
      {folder_of(StoreBuilder::blob_path(gone)), "/.." + up}};
  for (const auto& [passage, rest] : passages) {
    SCOPED_TRACE(passage);
    store_.folder(passage);
    store_.symlink(store_.v2().string() + "/" + passage + rest, layers);
    ASSERT_TRUE(
        store_.has(StoreBuilder::layer_link_path("b", image_.layers[0])));
    run_gc(store_, {"-m"});
    expect_served();
    store_.remove(layers);
  }
}

// row 51: also on the way to a whole repository.
TEST_F(LongWay, AnEmptyRepositoryThatIsAlsoSeenElsewhereStays) {
  store_.folder("repositories/empty");
  store_.symlink("empty", "repositories/alias");
  run_gc(store_);
  EXPECT_TRUE(store_.has("repositories/empty"));
  EXPECT_EQ(run_gc(store_, {"--fail-on", "warning"}).exit_code, 1);
}

// Of registries before 2.5.
TEST_F(LongWay, SignaturesThatAnotherRevisionHasRefuseTheRun) {
  const Digest legacy = store_.schema1("a", "", {"base"}, 1);
  store_.link_revision("b", legacy);
  store_.tag("b", "legacy", legacy);
  const auto signatures = [&](const std::string& repository) {
    return folder_of(StoreBuilder::revision_path(repository, legacy)) +
           "/signatures";
  };
  store_.symlink(store_.v2() / signatures("a"), signatures("b"));
  const TreeSnapshot before = store_.snapshot();
  EXPECT_EQ(run_gc(store_, {"-m"}).exit_code, 3);
  EXPECT_EQ(store_.snapshot(), before);
}

// row 53: mounted over one file, where no scan would notice.
TEST_F(LongWay, AMountOfOneFileOverAnotherKeepsBoth) {
  if (!can_mount()) GTEST_SKIP() << "needs root, or user namespaces";
  const Digest unneeded = store_.blob("unneeded");
  const GcRun run = run_gc_among_mounts(
      store_, "mount --bind " + StoreBuilder::blob_path(unneeded) + " " +
                  StoreBuilder::blob_path(image_.layers[0]));
  EXPECT_TRUE(store_.has_blob(unneeded)) << run.report.dump(2);
}

// row 53: the kernel removes nothing on which something is mounted, also where
// a later mount hides that.
TEST_F(LongWay, WhatIsMountedOnWhereNobodySeesItIsNotPlannedToGo) {
  if (!can_mount()) GTEST_SKIP() << "needs root, or user namespaces";
  const Digest mounted_on = store_.blob("unneeded");
  store_.folder("repositories/none/nothing");
  const std::string mounts =
      "mount --bind " + StoreBuilder::blob_path(image_.layers[0]) + " " +
      StoreBuilder::blob_path(mounted_on) +
      "; mount -t tmpfs none repositories/none/nothing; mount --bind . .";
  const GcRun dry = run_gc_among_mounts(store_, mounts, {"-n"});
  const GcRun run = run_gc_among_mounts(store_, mounts);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.removed(), dry.removed());
  EXPECT_TRUE(store_.has_blob(mounted_on));
}

// The place of v2 in its filesystem is "/".
TEST_F(LongWay, WhatIsLedToStaysWhereV2IsAFilesystemOfItsOwn) {
  if (!can_mount()) GTEST_SKIP() << "needs root, or user namespaces";
  const std::string layers = StoreBuilder::repository_path("b") + "/_layers";
  replace(layers, store_.v2() / StoreBuilder::repository_path("a") / "_layers");
  const GcRun run = run_gc_among_mounts(
      store_,
      "cd ..; cp -a v2 copy; mount -t tmpfs none v2; cp -a copy/. v2; "
      "rm -r copy",
      {"-m"});
  EXPECT_TRUE(run.pinned("a"));
  EXPECT_EQ(run.removed("layer-link"), std::set<std::string>{});
}

}  // namespace
}  // namespace dregs
