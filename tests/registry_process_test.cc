#include "gc/processes/registry_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "gc/processes/open_files.h"
#include "tests/registry_server.h"
#include "tests/store_builder.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr auto kReadonly = "maintenance: {readonly: {enabled: true}}";

class RegistryProcesses : public testing::Test {
 protected:
  RegistryProcesses() {
    store.image("app", "v1", {"layer"});
    fs::create_directory(work());
  }

  fs::path real() const { return fs::canonical(store.root()); }
  fs::path work() const { return real() / "work"; }
  ResolvedRoot root() const {
    return resolve_root({.root = store.root().string()});
  }

  // With storage settings beside the driver, and whole sections.
  std::string config(const fs::path& rootdirectory,
                     const std::string& storage = "",
                     const std::string& sections = "") const {
    const fs::path file = work() / "config.yml";
    std::ofstream(file) << "version: 0.1\nhttp: {addr: 127.0.0.1:0}\n"
                        << "storage:\n  filesystem: {rootdirectory: '"
                        << rootdirectory.string() << "'}\n  " << storage << "\n"
                        << sections << "\n";
    return file.string();
  }

  // Others on this machine run registries too; only one is ours.
  std::optional<RegistryProcess> find(pid_t pid) const {
    for (const RegistryProcess& each : find_registry_processes(root()))
      if (each.pid == pid) return each;
    return std::nullopt;
  }

  void expect_found(const RegistryServer& server,
                    const fs::path& rootdirectory) const {
    const auto found = find(server.pid());
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->certain);
    EXPECT_FALSE(found->readonly);
    EXPECT_FALSE(found->collects);
    EXPECT_EQ(found->root, rootdirectory.string());
    EXPECT_THAT(found->command_line, HasSubstr("docker-registry serve"));
  }

  StoreBuilder store;
};

TEST_F(RegistryProcesses, AServerWithAConfigurationFileIsFound) {
  const RegistryServer server({"serve", config(real())}, {}, "/");
  expect_found(server, real());
}

TEST_F(RegistryProcesses, AServerSetUpByItsEnvironmentIsFound) {
  const RegistryServer server(
      {"serve", config("/nowhere")},
      {"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=" + real().string()}, "/");
  expect_found(server, real());
}

TEST_F(RegistryProcesses, AConfigurationNamedByTheEnvironmentIsRead) {
  const RegistryServer server(
      {"serve"}, {"REGISTRY_CONFIGURATION_PATH=" + config(real())}, "/");
  expect_found(server, real());
}

TEST_F(RegistryProcesses, RelativePathsStartAtTheServersWorkingDirectory) {
  config("../work/..");
  const RegistryServer server({"serve", "config.yml"}, {}, work());
  expect_found(server, work() / "../work/..");
}

TEST_F(RegistryProcesses, ARootBehindASymbolicLinkIsRecognised) {
  fs::create_directory_symlink(real(), work() / "link");
  const RegistryServer server({"serve", config(work() / "link")}, {}, "/");
  expect_found(server, work() / "link");
}

TEST_F(RegistryProcesses, ARootOfWhichOnlyTheV2FolderIsOursIsRecognised) {
  fs::create_directories(work() / "other/docker/registry");
  fs::create_directory_symlink(store.v2(), work() / "other/docker/registry/v2");
  const RegistryServer server({"serve", config(work() / "other")}, {}, "/");
  expect_found(server, work() / "other");
}

TEST_F(RegistryProcesses, AServerOfAnotherRootIsNoneOfOurBusiness) {
  StoreBuilder other;
  const RegistryServer server({"serve", config(other.root())}, {}, "/");
  EXPECT_FALSE(find(server.pid()));
}

TEST_F(RegistryProcesses, AReadOnlyServerIsFoundAsSuch) {
  const RegistryServer server({"serve", config(real(), kReadonly)}, {}, "/");
  const auto found = find(server.pid());
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->readonly);
  EXPECT_FALSE(found->uses_redis);
}

TEST_F(RegistryProcesses, WhateverHasAFileOfOursOpenForWritingIsAWriter) {
  store.upload("app", "c0ffee", std::chrono::seconds(0), "bytes");
  const fs::path data =
      store.v2() / StoreBuilder::upload_path("app", "c0ffee") / "data";
  const pid_t pid = start_process(
      {"sh", "-c", "exec sleep 60 >>" + fs::canonical(data).string()},
      {"PATH=/usr/bin:/bin"}, "/", work() / "log");
  std::optional<RegistryProcess> found;
  for (int tries = 0; tries < 500 && !found; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    found = find(pid);
  }
  stop_process(pid);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->certain);
  EXPECT_FALSE(found->readonly);
  EXPECT_THAT(found->detail, HasSubstr("_uploads/c0ffee/data"));
}

TEST_F(RegistryProcesses, WhoeverReadsAFileOfOursIsNoWriter) {
  const ProcessView ourselves("/proc", getpid());
  store.write("blobs/some", "bytes");
  const fs::path file = fs::canonical(store.v2() / "blobs/some");
  const std::string v2 = fs::canonical(store.v2());
  const std::ifstream reads(file);
  EXPECT_EQ(file_open_for_writing(ourselves, {v2}), std::nullopt);
  const std::ofstream writes(file);
  EXPECT_EQ(file_open_for_writing(ourselves, {v2}), file.string());
}

TEST_F(RegistryProcesses, AServerThatStoppedIsFoundNoMore) {
  pid_t pid = 0;
  {
    const RegistryServer server({"serve", config(real())}, {}, "/");
    pid = server.pid();
    ASSERT_TRUE(find(pid));
  }
  EXPECT_FALSE(find(pid));
}

// A /proc of our own, for what a test cannot start: processes that end, that
// may not be looked into, that live in a container.
class FakeProcesses : public RegistryProcesses {
 protected:
  static constexpr pid_t kPid = 4242;

  FakeProcesses() {
    put("cmdline", arguments({"registry", "serve", "/etc/config.yml"}));
    put("comm", "registry\n");
    put("environ", "");
    fs::create_directories(container() / "etc");
    fs::create_directories(container() / "cwd");
    fs::create_directory_symlink(container(), process() / "root");
    fs::create_directory_symlink(container() / "cwd", process() / "cwd");
    set_root("/data");
    fs::create_directory_symlink(real(), container() / "mount");
  }

  fs::path proc() const { return work() / "proc"; }
  fs::path container() const { return work() / "container"; }
  fs::path process(pid_t pid = kPid) const {
    return proc() / std::to_string(pid);
  }

  static std::string arguments(const std::vector<std::string>& all) {
    std::string bytes;
    for (const std::string& each : all) bytes += each + '\0';
    return bytes;
  }

  void put(const char* name, const std::string& bytes, pid_t pid = kPid) {
    fs::create_directories(process(pid));
    std::ofstream(process(pid) / name) << bytes;
  }
  // A folder cannot be read as a file, not even by root.
  void forbid(const fs::path& file) {
    fs::remove(file);
    fs::create_directory(file);
  }
  void set_root(const std::string& rootdirectory) {
    fs::rename(config(rootdirectory), container() / "etc/config.yml");
  }
  // The container's /data is our root, as a bind mount would have it: a real
  // folder of one that the store was moved to.
  ResolvedRoot mount_our_root() {
    fs::create_directories(container() / "data");
    fs::rename(real() / "docker", container() / "data/docker");
    return resolve_root({.root = (container() / "data").string()});
  }

  std::optional<RegistryProcess> find(const ResolvedRoot& root) const {
    const auto found = find_registry_processes(root, proc().string());
    EXPECT_LE(found.size(), 1U);
    if (found.empty()) return std::nullopt;
    return found.front();
  }
};

TEST_F(FakeProcesses, AContainersPathsAreSeenFromItsOwnRoot) {
  const ResolvedRoot ours = mount_our_root();
  const auto found = find(ours);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->certain);
  EXPECT_EQ(found->root, "/data");
  EXPECT_EQ(found->pid, kPid);
}

TEST_F(FakeProcesses, AnAbsoluteLinkInAContainerStaysInIt) {
  const ResolvedRoot ours = mount_our_root();
  fs::create_directory_symlink("/../data", container() / "srv");
  set_root("/srv/./../srv");
  EXPECT_TRUE(find(ours));
  fs::remove(container() / "srv");
  fs::create_directory_symlink(container() / "data", container() / "srv");
  EXPECT_FALSE(find(ours));
}

TEST_F(FakeProcesses, ARelativeLinkInAContainerStartsAtItsOwnFolder) {
  const ResolvedRoot ours = mount_our_root();
  fs::create_directory(container() / "srv");
  fs::create_directory_symlink("../data", container() / "srv/link");
  set_root("/srv/link");
  EXPECT_TRUE(find(ours));
  set_root("/srv/link/elsewhere");
  EXPECT_FALSE(find(ours));
}

TEST_F(FakeProcesses, ARelativeRootMayLieTwoFoldersAboveTheWorkingDirectory) {
  const ResolvedRoot ours = mount_our_root();
  fs::create_directories(container() / "cwd/deep");
  fs::remove(process() / "cwd");
  fs::create_directory_symlink(container() / "cwd/deep", process() / "cwd");
  set_root("../../data");
  const auto found = find(ours);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->root, (container() / "cwd/deep/../../data").string());
}

TEST_F(FakeProcesses, ALoopOfLinksInAContainerIsADoubt) {
  fs::create_directory_symlink("/loop", container() / "loop");
  set_root("/loop");
  const auto found = find(root());
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->certain);
}

TEST_F(FakeProcesses, ARegistryThatMayNotBeLookedIntoIsADoubt) {
  forbid(process() / "environ");
  const auto found = find(root());
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->certain);
  EXPECT_FALSE(found->readonly);
  EXPECT_THAT(found->detail, HasSubstr("environment cannot be read"));
}

TEST_F(FakeProcesses, ARegistryWithAnUnreadableConfigurationIsADoubt) {
  std::ofstream(container() / "etc/config.yml") << "storage: [";
  const auto found = find(root());
  ASSERT_TRUE(found);
  EXPECT_THAT(found->detail, HasSubstr("not YAML"));
  fs::remove(container() / "etc/config.yml");
  EXPECT_TRUE(find(root()));
}

TEST_F(FakeProcesses, ADryRunIsNoDoubt) {
  forbid(process() / "environ");
  put("cmdline", arguments({"registry", "garbage-collect", "c.yml"}));
  EXPECT_TRUE(find(root()));
  put("cmdline", arguments({"registry", "garbage-collect", "-d", "c.yml"}));
  EXPECT_FALSE(find(root()));
}

TEST_F(FakeProcesses, ADoubtThatCannotReachOurRootDoesNotCount) {
  forbid(process() / "environ");
  put("mountinfo", "1 0 8:1 / / rw - ext4 /dev/a rw\n", getpid());
  put("mountinfo", "2 0 8:2 / / rw - ext4 /dev/b rw\n");
  EXPECT_FALSE(find(root()));
  put("mountinfo", "2 0 8:1 / / rw - ext4 /dev/a rw\n");
  EXPECT_TRUE(find(root()));
}

// A registry has one root: a file that is open in another tells which.
TEST_F(FakeProcesses, ADoubtIsNoneWhereItsOpenFilesLieInAnotherRoot) {
  forbid(process() / "environ");
  const ResolvedRoot ours = root();
  const fs::path other = container() / "other/docker/registry/v2";
  fs::create_directories(other / "blobs");
  std::ofstream(other / "blobs/data") << "x";
  fs::create_directory(process() / "fd");
  EXPECT_TRUE(find(ours));
  fs::remove(process() / "root");
  fs::create_directory_symlink("/", process() / "root");
  fs::create_symlink(other / "blobs/data", process() / "fd/3");
  EXPECT_FALSE(find(ours));
  // One that is gone tells nothing, nor does one in ours.
  fs::remove(other / "blobs/data");
  EXPECT_TRUE(find(ours));
  store.write("blobs/data", "x");
  fs::create_symlink(fs::path(ours.directory) / "blobs/data",
                     process() / "fd/4");
  std::ofstream(other / "blobs/data") << "x";
  EXPECT_TRUE(find(ours));
}

TEST_F(FakeProcesses, AFileOpenForWritingBehindALinkedFolderIsOurs) {
  put("cmdline", arguments({"rsync"}));
  const fs::path disk = work() / "second-disk";
  fs::rename(store.v2() / "repositories", disk);
  fs::create_directory_symlink(disk, store.v2() / "repositories");
  fs::create_directory(process() / "fd");
  fs::create_symlink(disk / "app", process() / "fd/3");
  EXPECT_TRUE(find(root()));
}

TEST_F(FakeProcesses, AnotherProgramWithAServeCommandIsNoDoubt) {
  put("cmdline", arguments({"hugo", "serve", "/etc/config.yml"}));
  put("comm", "hugo\n");
  std::ofstream(container() / "etc/config.yml") << "title: a site\n";
  EXPECT_FALSE(find(root()));
}

TEST_F(FakeProcesses, ARegistryUnderAnyNameIsFoundByItsConfiguration) {
  put("cmdline", arguments({"/srv/images", "serve", "/etc/config.yml"}));
  put("comm", "images\n");
  const auto found = find(mount_our_root());
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->certain);
}

TEST_F(FakeProcesses, AReadOnlyPullThroughCacheWritesNevertheless) {
  const ResolvedRoot ours = mount_our_root();
  fs::rename(config("/data", kReadonly, "proxy: {remoteurl: 'https://hub'}"),
             container() / "etc/config.yml");
  const auto found = find(ours);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->readonly);
}

TEST_F(FakeProcesses, AReadOnlyServerWithAnOpenUploadIsAWriter) {
  const ResolvedRoot ours = mount_our_root();
  fs::rename(config("/data", kReadonly), container() / "etc/config.yml");
  ASSERT_TRUE(find(ours)->readonly);
  fs::create_directory(process() / "fd");
  fs::create_symlink(fs::path(ours.directory) / "blobs", process() / "fd/3");
  EXPECT_FALSE(find(ours)->readonly);
}

TEST_F(FakeProcesses, AnObjectStoresServerIsNoneOfOurBusiness) {
  std::ofstream(container() / "etc/config.yml")
      << "version: 0.1\nstorage: {s3: {bucket: b}}\n";
  EXPECT_FALSE(find(root()));
}

TEST_F(FakeProcesses, GarbageCollectIsAWriterUnlessItIsADryRun) {
  const ResolvedRoot ours = mount_our_root();
  put("cmdline",
      arguments({"registry", "garbage-collect", "-m", "/etc/config.yml"}));
  auto found = find(ours);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->collects);
  EXPECT_FALSE(found->readonly);
  put("cmdline",
      arguments({"registry", "garbage-collect", "-dm", "/etc/config.yml"}));
  found = find(ours);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->readonly);
}

TEST_F(FakeProcesses, TheScriptThatRunsUsAsGarbageCollectDoesNotCount) {
  const ResolvedRoot ours = mount_our_root();
  put("cmdline", arguments({"registry", "garbage-collect", "/etc/config.yml"}));
  put("stat", "1 (dregs) S " + std::to_string(kPid) + " 0\n", getpid());
  EXPECT_FALSE(find(ours));
  put("cmdline", arguments({"registry", "serve", "/etc/config.yml"}));
  EXPECT_TRUE(find(ours));
}

// The server still runs with the configuration that it read when it started.
TEST_F(FakeProcesses, AConfigurationChangedAfterTheStartIsNotTrusted) {
  const ResolvedRoot ours = mount_our_root();
  const std::string started_at_boot =
      "4242 (registry) S 1 4242 4242 0 -1 0 0 0 0 0 0 0 0 0 20 0 9 0 0 0\n";
  fs::rename(config("/data", kReadonly), container() / "etc/config.yml");
  EXPECT_TRUE(find(ours)->readonly);
  put("stat", started_at_boot);
  EXPECT_FALSE(find(ours)->readonly);
  set_root("/elsewhere");
  const auto found = find(ours);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->certain);
  EXPECT_THAT(found->detail, HasSubstr("changed after it started"));
}

// It says so and ends.
TEST_F(FakeProcesses, AServerWithoutAConfigurationIsNone) {
  put("cmdline", arguments({"registry", "serve"}));
  const std::string name = "REGISTRY_CONFIGURATION_PATH";
  for (const std::string& entry :
       {std::string("PATH=/bin"), name + "=", name + "_OLD=/etc/config.yml"}) {
    put("environ", arguments({entry}));
    EXPECT_FALSE(find(root())) << entry;
  }
  const ResolvedRoot ours = mount_our_root();
  put("environ", arguments({"PATH=/bin", name + "=/etc/config.yml"}));
  EXPECT_TRUE(find(ours));
}

TEST_F(FakeProcesses, AProcessWithoutArgumentsIsAliveNoMore) {
  const ProcessView view(proc().string(), kPid);
  EXPECT_TRUE(view.alive());
  EXPECT_EQ(view.absolute("data"), (container() / "cwd/data").string());
  put("cmdline", "");  // as of a zombie
  EXPECT_FALSE(view.alive());
  fs::remove_all(process());
  EXPECT_FALSE(view.alive());
  EXPECT_EQ(view.absolute("data"), "data");
}

TEST_F(FakeProcesses, AProcessThatEndsWhileWeLookIsNotCounted) {
  fs::remove(process() / "environ");
  put("cmdline", "");
  EXPECT_FALSE(find(root()));
  fs::remove_all(process());
  EXPECT_FALSE(find(root()));
}

TEST_F(FakeProcesses, AHostWithoutProcCannotTell) {
  fs::remove_all(proc());
  EXPECT_THROW(find_registry_processes(root(), proc().string()),
               std::runtime_error);
}

TEST_F(FakeProcesses, AFileOpenForWritingInAContainerIsOurs) {
  const ResolvedRoot ours = root();
  put("cmdline", arguments({"rsync"}));
  const fs::path file = store.v2() / "blobs/new";
  store.write("blobs/new", "x");
  fs::create_directory(process() / "fd");
  // What /proc shows for another mount namespace: a path that is not ours.
  fs::create_directories(work() / "seen/docker/registry/v2/blobs");
  const fs::path seen = work() / "seen/docker/registry/v2/blobs/new";
  fs::create_hard_link(file, seen);
  fs::create_symlink(seen, process() / "fd/3");
  const auto found = find(ours);
  ASSERT_TRUE(found);
  EXPECT_THAT(found->detail, HasSubstr("open for writing"));
  fs::remove(seen);
  std::ofstream(seen) << "another file of that name";
  EXPECT_FALSE(find(ours));
}

TEST_F(FakeProcesses, AFileOpenForWritingBesideOurFolderIsNone) {
  const ResolvedRoot ours = root();
  put("cmdline", arguments({"rsync"}));
  fs::create_directory(process() / "fd");
  fs::create_symlink(ours.directory + ".old/blobs", process() / "fd/3");
  EXPECT_FALSE(find(ours));
  fs::create_symlink(ours.directory + "/blobs", process() / "fd/4");
  EXPECT_TRUE(find(ours));
}

}  // namespace
}  // namespace dregs
