// Trees that somebody built to do harm: whatever is in them, a run ends soon,
// in bounded memory, and touches nothing outside the store.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include "scanner/files/descriptor.h"
#include "scanner/formats/sha256.h"
#include "tests/canary.h"
#include "tests/gc_run.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;
using Paths = std::set<std::string>;

constexpr auto kId = "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e21";

class HostileTree : public ::testing::Test {
 protected:
  HostileTree() : canary_(store_.root() / "canary") {}

  void SetUp() override {
    image_ = store_.image("app", "v1", {"base"});
    untagged_ = store_.image("app", "", {"untagged"});
    garbage_ = store_.layer("neighbour", "garbage");
    store_.image("neighbour", "v1", {"other"});
    store_.upload("app", kId, std::chrono::hours(1), "half");
  }
  void TearDown() override { EXPECT_TRUE(canary_.unharmed()); }

  GcRun run(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"-m", "--uploads-older-than", "0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    GcRun run = run_gc(store_, arguments, {"timeout", "60"});
    EXPECT_NE(run.exit_code, 124) << "hangs";
    EXPECT_LT(run.exit_code, 124);
    return run;
  }

  // What no run may take, whatever became of `app`.
  void expect_image_intact(const std::string& but = "") {
    for (const std::string& path :
         {StoreBuilder::blob_path(image_.manifest),
          StoreBuilder::blob_path(image_.config),
          StoreBuilder::blob_path(image_.layers[0]),
          StoreBuilder::revision_path("app", image_.manifest),
          StoreBuilder::layer_link_path("app", image_.layers[0]),
          StoreBuilder::tag_path("app", "v1")})
      EXPECT_TRUE(path == but || store_.has(path)) << path;
  }

  StoreBuilder store_;
  Canary canary_;
  BuiltImage image_;
  BuiltImage untagged_;
  Digest garbage_;
};

bool make_socket(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = path.filename().string();
  // Names of sockets are short: bind in the folder itself.
  const fs::path before = fs::current_path();
  fs::current_path(path.parent_path());
  name.copy(address.sun_path, sizeof address.sun_path - 1);
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  const bool made = ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address),
                           sizeof address) == 0;
  fs::current_path(before);
  return made;
}

// Whether a thing of that kind could be made.
bool make_special(const std::string& kind, const fs::path& path) {
  if (kind == "folder") return fs::create_directory(path);
  if (kind == "pipe") return mkfifo(path.c_str(), 0644) == 0;
  if (kind == "socket") return make_socket(path);
  if (kind == "device")
    return mknod(path.c_str(), S_IFCHR | 0644, makedev(1, 5)) == 0;  // zeros
  fs::create_symlink(kind, path);
  return true;
}

TEST_F(HostileTree, NoFileMayBeSomethingElseThanAFile) {
  const std::vector<std::string> files = {
      StoreBuilder::tag_path("app", "v1"),
      StoreBuilder::history_path("app", "v1", image_.manifest),
      StoreBuilder::revision_path("app", untagged_.manifest),
      StoreBuilder::layer_link_path("app", image_.layers[0]),
      StoreBuilder::blob_path(image_.manifest),
      StoreBuilder::blob_path(image_.layers[0]),
      StoreBuilder::blob_path(garbage_),
      StoreBuilder::upload_path("app", kId) + "/startedat",
      StoreBuilder::upload_path("app", kId) + "/data",
      StoreBuilder::temp_path(StoreBuilder::blob_path(sha256("never")))};
  for (const std::string& kind :
       {std::string("folder"), std::string("pipe"), std::string("socket"),
        std::string("device"), std::string("/dev/zero"),
        (canary_.folder() / "link").string(), std::string("/proc/self/mem")})
    for (const std::string& file : files) {
      SCOPED_TRACE(kind + " " + file);
      const fs::path path = store_.v2() / file;
      fs::create_directories(path.parent_path());
      const fs::path saved = store_.root() / "saved";
      const bool there = fs::exists(path);
      if (there) fs::rename(path, saved);
      if (make_special(kind, path)) {
        run({"-n"});
        // Nothing goes that a dry run would not name; some of it may go.
        const GcRun planned = run({"-n"});
        for (const std::string& gone : planned.removed())
          EXPECT_FALSE(in_root(file).starts_with(gone)) << gone;
        fs::remove(path);
      }
      if (there) fs::rename(saved, path);
    }
  expect_image_intact();
}

TEST_F(HostileTree, SpecialFilesAmongTheLayoutAreLeftAlone) {
  Paths special;
  for (const std::string& folder :
       {std::string("blobs"), std::string("blobs/sha256"),
        fs::path(StoreBuilder::blob_path(garbage_)).parent_path().string(),
        std::string("repositories"), std::string("repositories/app"),
        std::string("repositories/app/_layers"),
        std::string("repositories/app/_layers/sha256"),
        std::string("repositories/app/_manifests"),
        std::string("repositories/app/_manifests/revisions/sha256"),
        std::string("repositories/app/_manifests/tags"),
        StoreBuilder::tag_folder("app", "v1"),
        std::string("repositories/app/_uploads"),
        StoreBuilder::upload_path("app", kId)})
    for (const char* kind : {"pipe", "device"}) {
      const std::string path = folder + "/" + kind;
      if (make_special(kind, store_.v2() / path)) special.insert(path);
    }
  run();
  for (const std::string& path : special) EXPECT_TRUE(store_.has(path)) << path;
  expect_image_intact();
}

TEST_F(HostileTree, HardLinksToTheOutsideLoseANameAndNoByte) {
  const std::vector<std::string> removed = {
      StoreBuilder::blob_path(garbage_),
      StoreBuilder::revision_path("app", untagged_.manifest),
      StoreBuilder::layer_link_path("neighbour", garbage_),
      StoreBuilder::upload_path("app", kId) + "/data"};
  for (std::size_t i = 0; i < removed.size(); ++i)
    fs::create_hard_link(store_.v2() / removed[i],
                         canary_.folder() / std::to_string(i));
  canary_.settle();
  EXPECT_EQ(run().exit_code, 0);
  for (const std::string& path : removed)
    EXPECT_FALSE(store_.has(path)) << path;
  expect_image_intact();
}

TEST_F(HostileTree, NamesOfAnyBytesAnywhereGiveSoundOutput) {
  const std::vector<std::string> names = {"new\nline",
                                          "\x01\x02\x1b]0;title\x07",
                                          "\xff\xfe\xc3",
                                          "-rf",
                                          "..a",
                                          "\\",
                                          "\"quoted\"",
                                          "\xf0\x9f\x90\xb3",
                                          std::string(255, 'x'),
                                          " ",
                                          "%s%n"};
  for (const std::string& folder :
       {std::string("blobs"), std::string("blobs/sha256"),
        std::string("repositories"), std::string("repositories/app/_layers"),
        std::string("repositories/app/_layers/sha256"),
        std::string("repositories/app/_manifests"),
        std::string("repositories/app/_manifests/revisions/sha256"),
        std::string("repositories/app/_manifests/tags"),
        std::string("repositories/app/_uploads"),
        StoreBuilder::upload_path("app", kId)})
    for (const std::string& name : names) {
      store_.write(folder + "/" + name + "/link", "x");
      if (name.size() < 250) store_.write(folder + "/" + name + ".file", "x");
    }
  for (const std::string& name : names) store_.image(name, "v1", {name});
  const TreeSnapshot before = store_.snapshot();
  const GcRun first = run();
  EXPECT_EQ(first.exit_code, 1);
  EXPECT_EQ(store_.removed_since(before),
            (Paths{StoreBuilder::blob_path(garbage_),
                   StoreBuilder::layer_link_path("neighbour", garbage_)}));
  EXPECT_EQ(run({"-j", "1"}).report.at("findings"),
            run({"-j", "5"}).report.at("findings"));
}

TEST_F(HostileTree, FilesOfOneByteEverywherePinAndNothingGoes) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(store_.v2()))
    if (entry.is_regular_file()) files.push_back(entry.path());
  for (const fs::path& file : files) fs::resize_file(file, 1);
  const TreeSnapshot before = store_.snapshot();
  const GcRun after = run();
  EXPECT_EQ(after.exit_code, 1);
  EXPECT_TRUE(after.pinned("app") && after.pinned("neighbour"));
  EXPECT_EQ(store_.snapshot(), before);
}

// Makes `levels` folders, each in the one before, and moves the repository
// `app` into the last: no path that a system call takes leads there.
void bury(const StoreBuilder& store, int levels, std::size_t length) {
  const Descriptor repositories =
      open_folder(AT_FDCWD, (store.v2() / "repositories").string());
  const std::string name(length, 'n');
  Descriptor at = open_folder(repositories.get(), "");
  for (int i = 0; i < levels; ++i) {
    ASSERT_EQ(::mkdirat(at.get(), name.c_str(), 0755), 0);
    at = open_folder(at.get(), name);
  }
  ASSERT_EQ(::renameat(repositories.get(), "app", at.get(), "app"), 0);
}

std::size_t files_in(const fs::path& folder) {
  const ProgramResult found =
      run_program({"find", folder.string(), "-type", "f", "-printf", "x"});
  return found.out.size();
}

TEST_F(HostileTree, ARepositoryBeyondTheLongestPathIsReadAndKept) {
  bury(store_, 60, 200);
  const std::size_t before = files_in(store_.v2());
  const GcRun deep = run();
  EXPECT_EQ(deep.exit_code, 1);
  EXPECT_EQ(deep.report.at("pinned").size(), 1u);
  EXPECT_FALSE(deep.finding("odd-repository-name").is_null());
  EXPECT_TRUE(store_.has_blob(image_.layers[0]));
  EXPECT_TRUE(store_.has_blob(untagged_.layers[0]));
  EXPECT_EQ(files_in(store_.v2()), before - 2);  // the neighbour's garbage
}

TEST_F(HostileTree, NestingWithoutEndIsRefused) {
  bury(store_, 300, 250);
  const std::size_t before = files_in(store_.v2());
  const GcRun deep = run();
  EXPECT_EQ(deep.exit_code, 3);
  EXPECT_EQ(deep.finding("unreadable-folder").at("detail"),
            "File name too long");
  EXPECT_EQ(files_in(store_.v2()), before);
}

TEST_F(HostileTree, LinksToTheOutsideAnywhereLeadNoRunThere) {
  const std::string outside = canary_.folder().string();
  for (const std::string& path :
       {std::string("repositories/outside"), std::string("repositories/app/x"),
        std::string("repositories/app/_manifests/tags/out"),
        std::string("repositories/app/_manifests/revisions/sha512"),
        "repositories/app/_manifests/revisions/sha256/" + sha256("r").hex(),
        "repositories/app/_layers/sha256/" + sha256("l").hex(),
        std::string("repositories/app/_layers/sha512"),
        StoreBuilder::upload_path("app",
                                  "0192d1c4-7a3e-4c11-9b52-000000000000"),
        StoreBuilder::upload_path("app", kId) + "/hashstates/sha512",
        std::string("repositories/neighbour/_uploads"),
        fs::path(StoreBuilder::blob_path(sha256("b"))).parent_path().string(),
        std::string("blobs/sha512"), std::string("blobs/md5")})
    store_.symlink(outside, path);
  const GcRun first = run();
  EXPECT_EQ(first.exit_code, 1);
  for (const std::string& path : first.removed())
    EXPECT_FALSE(path.find("/repositories/app/") != std::string::npos) << path;
  expect_image_intact();
}

}  // namespace
}  // namespace dregs
