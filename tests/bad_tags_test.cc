// Tags that do not name an image: format.md#row-11 to #row-18.
#include <gmock/gmock.h>

#include "scanner/formats/sha256.h"
#include "tests/damaged_store.h"

namespace dregs {
namespace {

using testing::HasSubstr;

class BadTag : public DamagedStore {
 protected:
  const std::string link = StoreBuilder::tag_path("app", "v1");
};

DREGS_IN_BOTH_MODES(BadTag);

// row 11
TEST_P(BadTag, NamingARevisionThatIsALayerKeepsTheLayer) {
  const Digest layer = store.layer("app", "just bytes");
  store.link_revision("app", layer);
  store.tag("app", "layer", layer);
  collect();
  expect_not_pinned();
  expect_finding("not-a-manifest", StoreBuilder::blob_path(layer),
                 layer.to_string(), {"app:layer"});
  EXPECT_EQ(run.exit_code, 1);
}

// row 12
TEST_P(BadTag, EmptyPinsAndNamesWhatItMayHaveMeant) {
  store.tag("app", "v1", old.manifest);
  store.write(link, "");
  collect();
  expect_pinned();
  expect_finding("bad-tag-link", link, "", {"app:v1"});
  EXPECT_THAT(detail_of("bad-tag-link"), HasSubstr(app.manifest.to_string()));
  EXPECT_THAT(detail_of("bad-tag-link"), HasSubstr(old.manifest.to_string()));
}

// row 12
TEST_P(BadTag, WithoutHistoryPinsToo) {
  store.remove(StoreBuilder::tag_folder("app", "v1") + "/index");
  for (const std::string& content :
       {app.manifest.to_string() + "\n", std::string("sha256:half"),
        sha512_text("anything")}) {
    SCOPED_TRACE(content);
    store.write(link, content);
    collect();
    expect_still_pinned();
    expect_finding("bad-tag-link", link, "", {"app:v1"});
    EXPECT_TRUE(store.has_blob(old.layers[1]));
  }
}

// row 13
TEST_P(BadTag, WithoutCurrentKeepsAllThatItsHistoryNames) {
  store.tag("app", "v1", old.manifest);
  store.remove(link);
  collect();
  EXPECT_FALSE(run.pinned("app"));
  expect_finding("tag-without-current", StoreBuilder::tag_folder("app", "v1"),
                 "", {"app:v1"});
  EXPECT_THAT(detail_of("tag-without-current"),
              HasSubstr(old.manifest.to_string()));
  const Digest nobodys = sha256("layer of app nobody");
  expect_gone({StoreBuilder::blob_path(nobodys),
               StoreBuilder::layer_link_path("app", nobodys)});
}

// row 13; the history is the only trace of what the tag was.
TEST_P(BadTag, WithoutCurrentKeepsItsHistoryOfWhatHasNoRevisionLink) {
  const BuiltImage hidden = store.image("app", "v2", {"base", "hidden"});
  store.remove(StoreBuilder::tag_path("app", "v2"));
  store.remove(StoreBuilder::revision_path("app", hidden.manifest));
  collect();
  EXPECT_FALSE(run.pinned("app"));
  EXPECT_TRUE(store.has_blob(hidden.layers[1]));
  EXPECT_TRUE(
      store.has(StoreBuilder::history_path("app", "v2", hidden.manifest)));
}

// row 13
TEST_P(BadTag, WithoutCurrentKeepsNoHistoryOfAnotherTag) {
  const BuiltImage first = store.image("app", "v2", {"base", "first"});
  store.image("app", "v2", {"base", "second"});
  store.remove(link);
  collect();
  EXPECT_FALSE(run.pinned("app"));
  EXPECT_TRUE(store.has_blob(app.layers[1]));
  EXPECT_EQ(store.has_blob(first.layers[1]), !deletes_untagged());
}

// row 13
TEST_P(BadTag, WithoutCurrentWhoseHistoryNamesACorruptManifestPins) {
  const BuiltImage hidden = store.image("app", "v2", {"base", "hidden"});
  store.remove(StoreBuilder::tag_path("app", "v2"));
  store.remove(StoreBuilder::revision_path("app", hidden.manifest));
  store.corrupt(hidden.manifest);
  collect();
  expect_pinned();
  EXPECT_TRUE(reported("tag-without-current"));
  EXPECT_TRUE(reported("corrupt-manifest"));
}

// row 14
TEST_P(BadTag, WhoseRevisionLinkIsGoneKeepsItsImage) {
  store.remove(StoreBuilder::revision_path("app", app.manifest));
  collect();
  expect_not_pinned();
  expect_finding("missing-revision-link", link, app.manifest.to_string(),
                 {"app:v1"});
}

// row 14
TEST_P(BadTag, WhoseRevisionOnlyTheLayersListKeepsItsImage) {
  // What registry 2.1.0 wrote.
  store.remove(StoreBuilder::revision_path("app", app.manifest));
  store.link_layer("app", app.manifest);
  collect();
  expect_not_pinned();
  expect_finding("missing-revision-link", link, app.manifest.to_string(),
                 {"app:v1"});
  EXPECT_TRUE(store.has(StoreBuilder::layer_link_path("app", app.manifest)));
}

// row 15
TEST_P(BadTag, ThatNamesNothingStaysAndPins) {
  store.tag("app", "gone", sha256("nothing"));
  collect();
  expect_pinned();
  const std::string gone = StoreBuilder::tag_path("app", "gone");
  expect_finding("dangling-tag", gone, sha256("nothing").to_string(),
                 {"app:gone"});
  EXPECT_TRUE(store.has(gone));
}

// row 16
TEST_P(BadTag, ThatNamesALayerKeepsIt) {
  const Digest layer = store.layer("app", "just bytes");
  store.tag("app", "layer", layer);
  collect();
  expect_not_pinned();
  expect_finding("not-a-manifest", StoreBuilder::blob_path(layer),
                 layer.to_string(), {"app:layer"});
  expect_finding("missing-revision-link",
                 StoreBuilder::tag_path("app", "layer"), layer.to_string(),
                 {"app:layer"});
}

// row 17
TEST_P(BadTag, WithANameThatNoServerAcceptsIsATagAllTheSame) {
  for (const std::string name : {".v1", "-v1", "v 1", "v\n1", "v\xff"}) {
    const BuiltImage odd = store.image("app", name, {"base", "odd" + name});
    collect();
    EXPECT_EQ(lost.count(StoreBuilder::blob_path(odd.manifest)), 0U) << name;
    EXPECT_EQ(lost.count(StoreBuilder::blob_path(odd.layers[1])), 0U) << name;
    EXPECT_FALSE(run.pinned("app"));
    EXPECT_TRUE(reported("odd-tag-name"));
  }
  expect_finding("odd-tag-name", StoreBuilder::tag_folder("app", "v\n1"), "",
                 {"app:v\n1"});
}

// row 17
TEST_P(BadTag, ThatIsAFileIsReadAsALink) {
  const std::string file = StoreBuilder::tag_folder("app", "v1.bak");
  store.write(file, old.manifest.to_string());
  collect();
  expect_finding("odd-tag-name", file, old.manifest.to_string(),
                 {untagged("app", old.manifest)});
  EXPECT_TRUE(store.has(file));
  EXPECT_TRUE(store.has_blob(old.manifest));
  EXPECT_TRUE(store.has_blob(old.layers[1]));
}

// row 17
TEST_P(BadTag, ThatIsAFileOfAnythingElseIsLeftAlone) {
  const std::string file = StoreBuilder::tag_folder("app", "README");
  store.write(file, "do not touch");
  collect();
  expect_not_pinned();
  expect_finding("odd-tag-name", file, "", {});
}

class BadHistory : public DamagedStore {
 protected:
  // v1 meant `old` once.
  BadHistory() {
    store.tag("app", "v1", old.manifest);
    store.tag("app", "v1", app.manifest);
  }
  const std::string entry =
      StoreBuilder::history_path("app", "v1", old.manifest);
};

DREGS_IN_BOTH_MODES(BadHistory);

// row 18
TEST_P(BadHistory, EntryThatIsCorruptStaysAsLongAsItsRevision) {
  store.write(entry, "");
  collect();
  EXPECT_EQ(run.exit_code, 0);
  expect_finding("bad-history-link", entry, "", {});
  std::set<std::string> gone = garbage_of("app");
  if (deletes_untagged()) gone.insert(entry);
  expect_gone(gone);
}

// row 18
TEST_P(BadHistory, EntryOfARevisionThatIsGoneGoes) {
  const std::string dangling =
      StoreBuilder::history_path("app", "v1", sha256("gone"));
  store.write(dangling, sha256("gone").to_string());
  collect();
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_FALSE(store.has(dangling));
  EXPECT_EQ(store.has(entry), !deletes_untagged());
}

}  // namespace
}  // namespace dregs
