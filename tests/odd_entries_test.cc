// What is odd when a store is scanned is planned around, or goes as the plan
// says: scan and sweep judge alike what an entry is. So a dry run names what
// the run removes, the run is done, and the next one has nothing left to do.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>

#include "scanner/formats/sha256.h"
#include "tests/command_run.h"
#include "tests/gc_run.h"
#include "tests/mounted_store.h"

namespace dregs {
namespace {

using PathSet = std::set<std::string>;
namespace fs = std::filesystem;

constexpr auto kOddId = "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e21";

// A store with something of every kind to remove.
class OddStore {
 public:
  OddStore() {
    old = store.image("app", "v1", {"base", "old"}).manifest;
    store.move_tag("app", "v1", store.image("app", "", {"base"}).manifest);
    signed_image = store.image("app", "", {"signed"}).manifest;
    store.write(folder_of(StoreBuilder::revision_path("app", signed_image)) +
                    "/signatures/sha256/" + sha256("signature").hex() + "/link",
                sha256("signature").to_string());
    store.image("app", "", {"by sha512"}, {.sha512_layers = true});
    deleted = store.image("app", "v2", {"base", "deleted"}).manifest;
    store.delete_manifest("app", deleted);
    garbage = store.layer("app", "garbage");
    store.blob("more garbage");
    store.upload("app", kOddId, std::chrono::hours(1), "half");
    store.image("kept", "v1", {"kept"});
  }

  // Where what goes lies, and where the sweep looks on its way.
  std::vector<std::string> places() const {
    const std::string history = folder_of(history_link());
    const std::string revision =
        folder_of(StoreBuilder::revision_path("app", signed_image));
    const std::string upload = StoreBuilder::upload_path("app", kOddId);
    return {history,
            history_link(),
            history + "/more",
            fs::path(history).parent_path().string() + "/more",
            StoreBuilder::tag_folder("app", "v1") + "/more",
            StoreBuilder::tag_folder("app", "v1") + "/index/sha512",
            revision + "/signatures",
            revision + "/signatures/sha256",
            revision + "/signatures/more",
            revision + "/more",
            folder_of(StoreBuilder::revision_path("app", deleted)),
            folder_of(StoreBuilder::revision_path("app", deleted)) + "/more",
            folder_of(StoreBuilder::layer_link_path("app", garbage)) + "/more",
            folder_of(StoreBuilder::blob_path(garbage)) + "/more",
            upload,
            upload + "/hashstates",
            upload + "/more"};
  }

  static std::string folder_of(const std::string& file) {
    return fs::path(file).parent_path().string();
  }
  std::string history_link() const {
    return StoreBuilder::history_path("app", "v1", old);
  }

  static std::vector<std::string> with(const std::string& first) {
    std::vector<std::string> all = {"-m", "--uploads-older-than", "0"};
    if (!first.empty()) all.push_back(first);
    return all;
  }

  void expect_kept_promise(const std::function<GcRun(const std::string&)>& gc) {
    const GcRun dry = gc("-n");
    const GcRun run = gc("");
    EXPECT_EQ(run.exit_code, dry.exit_code);
    EXPECT_LE(run.exit_code, 1) << run.report.at("findings").dump(2);
    EXPECT_EQ(run.removed(), dry.removed());
    EXPECT_EQ(gc("-n").removed(), PathSet());
    EXPECT_TRUE(store.has(StoreBuilder::tag_path("kept", "v1")));
    for (const std::string& folder : dry.removed("folder"))
      EXPECT_FALSE(fs::exists(store.root() / folder)) << folder;
  }

  StoreBuilder store;
  Digest old;
  Digest signed_image;
  Digest deleted;
  Digest garbage;
};

const std::vector<std::string> kOddKinds = {"file",
                                            "pipe",
                                            "link to a folder",
                                            "link to nothing",
                                            "folder",
                                            "folder with a file"};

void make_odd(StoreBuilder& store, const std::string& kind,
              const std::string& path) {
  if (kind == "file")
    store.write(path, "x");
  else if (kind == "pipe")
    store.fifo(path);
  else if (kind == "link to a folder")
    store.symlink((store.root() / "elsewhere").string(), path);
  else if (kind == "link to nothing")
    store.symlink("nowhere", path);
  else if (kind == "folder")
    store.folder(path);
  else
    store.write(path + "/file", "x");
}

TEST(OddEntries, OfEveryKindInPlaceOfWhatGoesOrBesideItAreNotChanges) {
  const std::size_t count = OddStore().places().size();
  for (std::size_t place = 0; place < count; ++place)
    for (const std::string& kind : kOddKinds) {
      OddStore one;
      const std::string path = one.places()[place];
      SCOPED_TRACE(kind + " " + path);
      one.store.write("../../../elsewhere/link", "x");
      if (one.store.has(path)) one.store.remove(path);
      make_odd(one.store, kind, path);
      one.expect_kept_promise([&](const std::string& first) {
        return run_gc(one.store, OddStore::with(first));
      });
      EXPECT_EQ(one.store.read("../../../elsewhere/link"), "x");
    }
}

TEST(OddEntries, MountsInPlaceOfWhatGoesOrBesideItAreNotChanges) {
  if (!can_mount()) GTEST_SKIP() << "may not mount";
  const std::size_t count = OddStore().places().size();
  for (std::size_t place = 0; place < count; ++place) {
    OddStore one;
    const std::string path = one.places()[place];
    if (path == one.history_link()) continue;  // a file
    SCOPED_TRACE(path);
    one.store.folder(path);
    one.expect_kept_promise([&](const std::string& first) {
      return run_gc_among_mounts(one.store, "mount -t tmpfs none " + path,
                                 OddStore::with(first));
    });
  }
}

// The history of the tag's own target goes with the tag, and only then.
TEST(OddEntries, InTheHistoryOfATagThatIsNamedAreSaidBeforeAnythingGoes) {
  for (const char* below : {"", "/link", "/more"})
    for (const std::string& kind : kOddKinds) {
      StoreBuilder store;
      const Digest image = store.image("app", "v1", {"base"}).manifest;
      store.image("app", "v2", {"base"});
      const std::string path =
          OddStore::folder_of(StoreBuilder::history_path("app", "v1", image)) +
          below;
      SCOPED_TRACE(kind + " " + path);
      if (store.has(path)) store.remove(path);
      make_odd(store, kind, path);
      const ProgramResult dry = run_dregs(store, {"rm", "-n", "app:v1"});
      const ProgramResult run = run_dregs(store, {"rm", "app:v1"});
      EXPECT_EQ(run.exit_code, dry.exit_code) << run.out;
      EXPECT_EQ(store.has(StoreBuilder::tag_path("app", "v1")),
                run.exit_code != 0);
    }
}

TEST(OddEntries, AmongHistoryAreReported) {
  OddStore odd;
  odd.store.remove(odd.folder_of(odd.history_link()));
  odd.store.symlink("nowhere", odd.folder_of(odd.history_link()));
  const GcRun run = run_gc(odd.store, OddStore::with(""));
  EXPECT_EQ(run.finding("foreign-entry").at("path"),
            in_root(odd.folder_of(odd.history_link())));
  EXPECT_FALSE(odd.store.has(StoreBuilder::revision_path("app", odd.old)));
}

// The name is all that anybody concludes from; the tag lost its target.
TEST(OddEntries, OfATagWithoutATargetKeepWhatTheyAreNamedFor) {
  OddStore odd;
  odd.store.remove(odd.folder_of(odd.history_link()));
  odd.store.symlink("nowhere", odd.folder_of(odd.history_link()));
  odd.store.remove(StoreBuilder::tag_path("app", "v1"));
  run_gc(odd.store, OddStore::with(""));
  EXPECT_TRUE(odd.store.has_blob(odd.old));
}

}  // namespace
}  // namespace dregs
