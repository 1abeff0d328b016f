// Filesystems whose listings do not tell folders from files: ext4 and XFS made
// long ago, some FUSE. Every entry is asked then, and who may not ask must not
// take it for less than it is.
#include "scanner/files/entry_type.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/mounted_store.h"
#include "tests/ordinary_user.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

EntryType asked_type(const StoreBuilder& store, const char* name) {
  const Descriptor folder = open_folder(AT_FDCWD, store.v2().string());
  return entry_type(folder.get(), {name, DT_UNKNOWN});
}

TEST(UntoldType, IsAskedOfTheFile) {
  StoreBuilder store;
  store.write("file", "");
  store.symlink("file", "link");
  store.fifo("pipe");
  EXPECT_EQ(asked_type(store, "blobs"), EntryType::folder);
  EXPECT_EQ(asked_type(store, "file"), EntryType::file);
  EXPECT_EQ(asked_type(store, "link"), EntryType::symbolic_link);
  EXPECT_EQ(asked_type(store, "pipe"), EntryType::other);
}

// Whoever opens it will report why it cannot be opened; passed over as none of
// the registry's, a whole repository would be garbage.
TEST(UntoldType, ThatCannotBeAskedMayBeAFolder) {
  const StoreBuilder store;
  EXPECT_EQ(asked_type(store, "gone"), EntryType::folder);
}

// Runs as an ordinary user on a copy of the store, on ext4 that tells types in
// its listings or does not.
GcRun run_on_ext4(const StoreBuilder& store, bool tells_types) {
  const std::string feature = tells_types ? "filetype" : "^filetype";
  return run_gc_among_mounts(
      store,
      "cd ../../..\n"
      "truncate -s 16M image; mkdir disk\n"
      "mkfs.ext4 -q -O " +
          feature +
          " image; mount -o loop image disk\n"
          "cp -a docker disk; mount --bind disk/docker docker\n"
          "set -- unshare --pid --fork --mount-proc setpriv --reuid=65534 "
          "--regid=65534 --clear-groups \"$@\"",
      {"-m"});
}

bool can_mount_ext4() {
  static const bool can = [] {
    try {
      StoreBuilder store;
      store.image("app", "v1", {"base"});
      give_to_ordinary_user(store);
      return can_be_ordinary_user() && run_on_ext4(store, true).exit_code == 0;
    } catch (const std::runtime_error&) {
      return false;
    }
  }();
  return can;
}

// A folder that may be listed, yet nothing in it may be looked at; the last
// time there is none.
TEST(UntoldType, CostsNothingThatWouldStayIfItWereTold) {
  if (!can_mount() || !can_mount_ext4()) GTEST_SKIP() << "cannot mount ext4";
  const fs::path manifest = StoreBuilder::blob_path([] {
    return StoreBuilder().image("team/app", "", {"of a child"}).manifest;
  }());
  for (const std::string& listed_only :
       {std::string("repositories"), std::string("repositories/team"),
        std::string("repositories/team/app/_manifests/tags"),
        std::string("repositories/team/app/_manifests/revisions/sha256"),
        std::string("repositories/team/app/_layers/sha256"),
        std::string("blobs/sha256"),
        manifest.parent_path().parent_path().string(), std::string()}) {
    SCOPED_TRACE(listed_only);
    StoreBuilder store;
    const Digest child = store.image("team/app", "", {"of a child"}).manifest;
    store.index("team/app", "v1", {child});
    store.image("team/app", "", {"untagged"});
    store.image("other", "v1", {"base"});
    store.blob("garbage");
    give_to_ordinary_user(store);
    if (!listed_only.empty())
      fs::permissions(store.v2() / listed_only, fs::perms::owner_read);
    const GcRun told = run_on_ext4(store, true);
    fs::remove_all(store.root() / "disk");
    const GcRun untold = run_on_ext4(store, false);
    EXPECT_EQ(untold.exit_code, told.exit_code);
    EXPECT_EQ(untold.report.at("findings"), told.report.at("findings"));
    EXPECT_EQ(untold.removed(), told.removed());
    if (listed_only.empty()) {
      EXPECT_GT(told.removed().size(), 5U);
    }
    fs::permissions(store.v2() / listed_only, fs::perms::owner_all);
  }
}

}  // namespace
}  // namespace dregs
