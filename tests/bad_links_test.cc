// Revision links that are not what the registry wrote: format.md#row-1 to
// #row-9.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <system_error>

#include "scanner/files/descriptor.h"
#include "scanner/files/link_folder.h"
#include "scanner/formats/sha256.h"
#include "tests/damaged_store.h"

namespace dregs {
namespace {

using testing::HasSubstr;
using testing::Not;

class BadRevisionLink : public DamagedStore {
 protected:
  std::string link() const {
    return StoreBuilder::revision_path("app", app.manifest);
  }

  void expect_kept_as_bad() const {
    expect_pinned();
    expect_finding("bad-revision-link", link(), app.manifest.to_string(),
                   {"app:v1"});
    EXPECT_THAT(detail_of("bad-revision-link"), HasSubstr("repairable"));
  }

  void make_node(mode_t type) {
    store.remove(link());
    const std::string path = store.v2() / link();
    if (mknod(path.c_str(), type | 0644, 0) != 0)
      throw std::system_error(errno, std::generic_category(), path);
  }
};

DREGS_IN_BOTH_MODES(BadRevisionLink);

// row 1
TEST_P(BadRevisionLink, EmptyPinsItsRepositoryAndIsRepairable) {
  store.write(link(), "");
  collect();
  expect_kept_as_bad();
}

// row 1
TEST_P(BadRevisionLink, IsNotRepairableWhereItsManifestIsCorruptToo) {
  store.write(link(), "");
  store.corrupt(app.manifest);
  collect();
  expect_pinned();
  EXPECT_TRUE(reported("corrupt-manifest"));
  EXPECT_THAT(detail_of("bad-revision-link"), Not(HasSubstr("repairable")));
}

// row 1
TEST_P(BadRevisionLink, IsNotRepairableWhereItsManifestIsGone) {
  store.write(link(), "");
  store.lose(app.manifest);
  collect();
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_THAT(detail_of("bad-revision-link"), Not(HasSubstr("repairable")));
  EXPECT_TRUE(store.has_blob(app.layers[1]));
}

// row 1
TEST_P(BadRevisionLink, OfAnUntaggedRevisionPinsAsWell) {
  const std::string path = StoreBuilder::revision_path("app", old.manifest);
  store.write(path, "");
  collect();
  expect_pinned();
  expect_finding("bad-revision-link", path, old.manifest.to_string(),
                 {untagged("app", old.manifest)});
}

// row 2
TEST_P(BadRevisionLink, WithOneByteTooManyOrGarbagePins) {
  const std::string sound = app.manifest.to_string();
  std::string upper = sound;
  for (char& c : upper)
    c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
  for (const std::string& content :
       {sound + "\n", sound + "\r\n", " " + sound, sound + '\0', upper,
        sound.substr(0, 40), app.manifest.hex(), std::string("garbage")}) {
    SCOPED_TRACE(content);
    store.write(link(), content);
    collect();
    expect_still_pinned();
    EXPECT_TRUE(store.has(link()));
    expect_finding("bad-revision-link", link(), sound, {"app:v1"});
  }
}

// row 2
TEST_P(BadRevisionLink, WithANewlineCostsNothingOfItsRepository) {
  store.write(link(), app.manifest.to_string() + "\n");
  collect();
  expect_kept_as_bad();
}

// row 3
TEST_P(BadRevisionLink, ToAnotherBlobKeepsBothWithAllTheyNeed) {
  // Only the damaged link leads to the hidden image.
  const BuiltImage hidden = store.image("lost", "", {"hidden"});
  store.remove("repositories/lost");
  store.write(link(), hidden.manifest.to_string());
  collect();
  expect_pinned();
  expect_finding("mismatched-link", link(), app.manifest.to_string(),
                 {"app:v1"});
  EXPECT_THAT(detail_of("mismatched-link"),
              HasSubstr(hidden.manifest.to_string()));
  EXPECT_TRUE(store.has_blob(hidden.layers[0]));
  EXPECT_TRUE(store.has_blob(app.layers[1]));
}

// row 4
TEST_P(BadRevisionLink, ToNothingKeepsWhatItsNameStandsFor) {
  store.write(link(), sha256("nowhere").to_string());
  collect();
  expect_pinned();
  expect_finding("mismatched-link", link(), app.manifest.to_string(),
                 {"app:v1"});
  EXPECT_TRUE(store.has_blob(app.layers[1]));
}

// row 5
TEST_P(BadRevisionLink, OfAnUnsupportedAlgorithmPins) {
  store.write(link(), "md5:d41d8cd98f00b204e9800998ecf8427e");
  collect();
  expect_kept_as_bad();
}

// row 5
TEST_P(BadRevisionLink, BySha512PinsForNoServerWritesOne) {
  store.write(link(), sha512_text("anything"));
  collect();
  expect_pinned();
  expect_finding("mismatched-link", link(), app.manifest.to_string(),
                 {"app:v1"});
}

// row 6
TEST_P(BadRevisionLink, ThatIsAFolderIsNoMissingLink) {
  store.remove(link());
  store.folder(link());
  collect();
  expect_kept_as_bad();
}

// row 6
TEST_P(BadRevisionLink, ThatIsAFifoOrASocketIsNotWaitedFor) {
  for (const mode_t type : {mode_t{S_IFIFO}, mode_t{S_IFSOCK}}) {
    make_node(type);
    collect();
    expect_still_pinned();
    EXPECT_TRUE(store.has(link()));
    expect_finding("bad-revision-link", link(), app.manifest.to_string(),
                   {"app:v1"});
  }
}

// row 6
TEST_P(BadRevisionLink,
       ThatIsAFifoIsNotWaitedForWhereSomebodyWritesToItEither) {
  make_node(S_IFIFO);
  const Descriptor writer(
      ::open((store.v2() / link()).c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_TRUE(writer);
  run = run_gc(store, {"-n"});  // who writes here keeps others from sweeping
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_THAT(detail_of("bad-revision-link"), HasSubstr("not a regular file"));
}

TEST(LinkFolder, IsReadNoFurtherOnceTheRunIsToStop) {
  StoreBuilder store;
  const Digest manifest = store.image("app", "v1", {"base"}).manifest;
  const std::string link = StoreBuilder::revision_path("app", manifest);
  store.write(link, "no digest");
  const auto count_unsound = [&](const StopRequest& stop) {
    const Descriptor folder = open_folder(
        AT_FDCWD, (store.v2() / link).parent_path().parent_path().string());
    return read_link_folder(folder.get(), stop).unsound.size();
  };
  StopRequest stop;
  EXPECT_EQ(count_unsound(stop), 1U);
  stop.request(StopReason::interrupt);
  EXPECT_EQ(count_unsound(stop), 0U);
}

// row 7
TEST_P(BadRevisionLink, OfFiveMegabytesIsNotReadWhole) {
  std::string huge = app.manifest.to_string();
  huge.resize(5'000'000, ' ');
  store.write(link(), huge);
  collect();
  expect_kept_as_bad();
}

// row 8
TEST_P(BadRevisionLink, FolderWithoutALinkGoesAndItsImageWithIt) {
  store.delete_manifest("app", old.manifest);
  const std::string folder =
      std::filesystem::path(StoreBuilder::revision_path("app", old.manifest))
          .parent_path();
  store.folder(folder);
  collect();
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_FALSE(store.has(folder));
  EXPECT_FALSE(store.has_blob(old.manifest));
  EXPECT_FALSE(store.has_blob(old.layers[1]));
  EXPECT_TRUE(store.has_blob(app.layers[0]));
}

// row 8
TEST_P(BadRevisionLink, FolderWithoutALinkStaysWhereSomethingElseIsInside) {
  store.delete_manifest("app", old.manifest);
  const std::string folder =
      std::filesystem::path(StoreBuilder::revision_path("app", old.manifest))
          .parent_path();
  store.write(folder + "/link.bak", old.manifest.to_string());
  collect();
  expect_finding("foreign-entry", folder, "", {});
  EXPECT_TRUE(store.has(folder + "/link.bak"));
}

// row 8
TEST_P(BadRevisionLink, FolderWithoutALinkStaysWhereAFolderIsInside) {
  const std::string link = StoreBuilder::revision_path("app", old.manifest);
  store.delete_manifest("app", old.manifest);
  store.write(StoreBuilder::temp_path(link) + "/mine", "text");
  collect();
  expect_finding("foreign-entry",
                 std::filesystem::path(link).parent_path().string(), "", {});
  EXPECT_TRUE(store.has(StoreBuilder::temp_path(link) + "/mine"));
}

// row 9
TEST_P(BadRevisionLink, WithoutItsManifestStaysAndPins) {
  store.lose(old.manifest);
  collect();
  expect_pinned();
  const std::string link = StoreBuilder::revision_path("app", old.manifest);
  expect_finding("missing-manifest", link, old.manifest.to_string(),
                 {untagged("app", old.manifest)});
  EXPECT_TRUE(store.has(link));
  EXPECT_TRUE(store.has_blob(old.layers[1]));
}

// row 5 and format.md#1.6: a server reads these links by path, whatever wrote
// them.
TEST_P(BadRevisionLink, UnderAnotherAlgorithmKeepsWhatItNames) {
  const BuiltImage made = store.image("app", "", {"named oddly"});
  const std::string revision =
      StoreBuilder::revision_path("app", made.manifest);
  const std::string hex = sha512_text("its name").substr(7);
  store.remove(revision);
  store.write("repositories/app/_manifests/revisions/sha512/" + hex + "/link",
              made.manifest.to_string());
  collect();
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_TRUE(store.has_blob(made.manifest));
  EXPECT_TRUE(store.has_blob(made.layers[0]));
}

}  // namespace
}  // namespace dregs
