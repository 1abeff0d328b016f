#include "scanner/disk/root.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/store_builder.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr auto kVariable = "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=";

// A store, and beside it a folder that stands for the machine's own /.
class Root : public testing::Test {
 protected:
  Root() {
    store.image("app", "v1", {"layer"});
    store.folder("../../../machine/etc/distribution");
    store.folder("../../../machine/etc/docker/registry");
    store.folder("../../../machine/var/lib");
  }

  fs::path real() const { return fs::canonical(store.root()); }
  fs::path machine() const { return real() / "machine"; }

  std::string config_file(const fs::path& file, const std::string& root) {
    std::ofstream(file) << "version: 0.1\nstorage: {filesystem: "
                           "{rootdirectory: "
                        << root << "}}\n";
    return file.string();
  }

  RootRequest request(RootRequest from = {}) const {
    from.system_prefix = machine().string();
    return from;
  }
  ResolvedRoot resolve(const RootRequest& from) const {
    return resolve_root(request(from));
  }
  ResolvedRoot at(const fs::path& root) const {
    return resolve({.root = root.string()});
  }

  std::string error_of(const RootRequest& from) const {
    try {
      resolve(from);
    } catch (const RootError& error) {
      EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
      return error.what();
    }
    return "no error";
  }
  std::string error_at(const fs::path& root) const {
    return error_of({.root = root.string()});
  }

  void expect_found(const ResolvedRoot& found,
                    const std::string& source) const {
    EXPECT_EQ(found.directory, (real() / "docker/registry/v2").string());
    EXPECT_EQ(found.rootdirectory, real().string());
    EXPECT_EQ(found.source, source);
  }

  StoreBuilder store;
};

TEST_F(Root, MayBeTheRootdirectoryOrTheV2Folder) {
  expect_found(at(store.root()), "--root");
  expect_found(at(store.v2()), "--root");
  expect_found(at(store.v2().string() + "/"), "--root");
}

TEST_F(Root, SymbolicLinksAndDotsAreResolvedOnce) {
  store.symlink(real().string(), "../../../machine/link");
  store.symlink(store.v2().string(), "../../../machine/link2");
  expect_found(at(machine() / "link"), "--root");
  expect_found(at(machine() / "link2"), "--root");
  expect_found(at(machine() / "etc/../.."), "--root");
}

TEST_F(Root, MayBeRelativeToTheWorkingDirectory) {
  const fs::path before = fs::current_path();
  fs::current_path(machine());
  expect_found(at(".."), "--root");
  fs::current_path(before);
}

TEST_F(Root, ConfigIsReadWithTheEnvironmentLaidOverIt) {
  const std::string file = config_file(machine() / "c.yml", real().string());
  const ResolvedRoot found = resolve({.config = file});
  expect_found(found, "--config " + file);
  ASSERT_TRUE(found.config);
  EXPECT_FALSE(found.config->readonly);

  const std::string elsewhere = config_file(machine() / "d.yml", "/nowhere");
  expect_found(
      resolve(
          {.config = elsewhere, .environment = {kVariable + real().string()}}),
      "--config " + elsewhere + " (REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY)");
}

TEST_F(Root, TheFirstSourceThatAppliesDecides) {
  const std::string here = real().string();
  RootRequest from{.root = here, .config = "/none", .environment = {}};
  expect_found(resolve(from), "--root");

  from = {.environment = {kVariable + here}};
  config_file(machine() / "etc/distribution/config.yml", "/nowhere");
  expect_found(resolve(from), "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY");

  const std::string first =
      config_file(machine() / "etc/distribution/config.yml", here);
  const std::string second =
      config_file(machine() / "etc/docker/registry/config.yml", "/nowhere");
  expect_found(resolve({}), first);

  fs::remove(first);
  config_file(second, here);
  expect_found(resolve({}), second);

  fs::remove(second);
  fs::create_directory_symlink(here, machine() / "var/lib/registry");
  expect_found(resolve({}), "default");
  expect_found(resolve({.environment = {"REGISTRY_STORAGE_FILESYSTEM_"
                                        "ROOTDIRECTORY_OLD=/nowhere"}}),
               "default");
}

TEST_F(Root, AStandardConfigThatIsNoRegistryIsNoReasonToLookFurther) {
  fs::create_directory_symlink(real(), machine() / "var/lib/registry");
  std::ofstream(machine() / "etc/distribution/config.yml")
      << "version: 0.1\nstorage: {s3: {bucket: b}}\n";
  EXPECT_THROW(resolve({}), OtherDriverError);
  std::ofstream(machine() / "etc/distribution/config.yml") << "version: [\n";
  try {
    resolve({});
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--root DIR"));
  }
}

TEST_F(Root, BlobsAloneStillMakeARoot) {
  store.remove("repositories");
  expect_found(at(store.root()), "--root");
}

TEST_F(Root, ARegistryThatHoldsNothingIsNone) {
  store.remove("repositories");
  store.remove("blobs");
  EXPECT_THAT(error_at(store.root()),
              AllOf(HasSubstr("neither repositories nor blobs"),
                    HasSubstr("not mounted"), HasSubstr("(from --root)")));
  EXPECT_THAT(error_at(store.v2()), HasSubstr("not a registry"));
  store.write("notes", "somebody's");
  EXPECT_THAT(error_at(store.root()), AllOf(HasSubstr("name the right folder"),
                                            Not(HasSubstr("not mounted"))));
}

TEST_F(Root, AMissingFolderIsNamedWithItsSource) {
  EXPECT_THAT(error_at("/no/such"), AllOf(HasSubstr("/no/such: no such folder"),
                                          HasSubstr("(from --root)")));
  EXPECT_THAT(error_of({}),
              AllOf(HasSubstr("/var/lib/registry"), HasSubstr("--root DIR"),
                    HasSubstr("(from default)")));
  EXPECT_THAT(error_of({.environment = {std::string(kVariable) + "/no"}}),
              HasSubstr("(from REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY)"));
  EXPECT_THAT(error_at(""), HasSubstr("not a path"));
  EXPECT_THAT(error_at(std::string("/srv\0/x", 7)), HasSubstr("not a path"));
}

TEST_F(Root, WhatCannotBeLookedAtIsNotCalledMissing) {
  fs::create_symlink("loop", machine() / "loop");
  EXPECT_THAT(error_at(machine() / "loop"),
              AllOf(HasSubstr("cannot look at"),
                    HasSubstr("Too many levels of symbolic links")));
}

TEST_F(Root, AnEmptyFolderLooksLikeAMissingMount) {
  EXPECT_THAT(error_at(machine() / "var/lib"), HasSubstr("mounted here?"));
  fs::create_directory(machine() / "var/lib/lost+found");
  EXPECT_THAT(error_at(machine() / "var/lib"), HasSubstr("mounted here?"));
}

TEST_F(Root, WhatHoldsSomethingElseDoesNotLookLikeAMissingMount) {
  fs::create_directories(machine() / "srv/docker/volumes");
  std::ofstream(machine() / "file") << "somebody's";
  for (const char* other : {"srv", "srv/docker", "file"})
    EXPECT_THAT(error_at(machine() / other),
                AllOf(HasSubstr("name the registry's rootdirectory"),
                      Not(HasSubstr("mounted"))))
        << other;
}

TEST_F(Root, ARegistryNearbyIsSuggested) {
  const std::string hint = "did you mean --root " + real().string() + "?";
  EXPECT_THAT(error_at(real() / "docker"), HasSubstr(hint));
  EXPECT_THAT(error_at(real() / "docker/registry"), HasSubstr(hint));
  EXPECT_THAT(error_at(store.v2() / "blobs"), HasSubstr(hint));
  fs::create_directory(machine() / "volume");
  fs::create_directory_symlink(real(), machine() / "volume/_data");
  EXPECT_THAT(error_at(machine() / "volume"), HasSubstr("volume/_data?"));
}

TEST_F(Root, AFolderWithBlobsElsewhereIsNotTakenForAV2Folder) {
  fs::create_directories(machine() / "image/blobs");
  std::ofstream(machine() / "image/oci-layout") << "{}";
  EXPECT_THAT(error_at(machine() / "image"), HasSubstr("OCI image layout"));
}

TEST_F(Root, OnlyTheOptionMayNameTheV2Folder) {
  EXPECT_THAT(error_of({.environment = {kVariable + store.v2().string()}}),
              AllOf(HasSubstr("not a registry"),
                    HasSubstr("did you mean --root " + real().string() + "?")));
}

TEST_F(Root, ARegistryInsideOfAnotherIsAmbiguous) {
  store.folder("docker/registry/v2/blobs");
  EXPECT_THAT(error_at(store.v2()), HasSubstr("two registries"));
}

TEST_F(Root, APathWithALineBreakStaysOnOneLine) {
  EXPECT_THAT(error_at("/no\n/such\x7f"), HasSubstr("/no\\n/such\\x7f"));
}

}  // namespace
}  // namespace dregs
