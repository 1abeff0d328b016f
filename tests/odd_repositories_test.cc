// Repositories of odd shapes, names and places: format.md#row-54 to #row-61 and
// #row-77.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/formats/sha256.h"
#include "tests/gc_run.h"
#include "tests/paths.h"

namespace dregs {
namespace {

using Paths = std::set<std::string>;

Paths reported(const GcRun& run, const std::string& kind) {
  Paths paths;
  for (const auto& finding : run.report.at("findings"))
    if (finding.at("kind") == kind)
      paths.insert(finding.at("path").get<std::string>());
  return paths;
}

// Everything of `app` is there but what the test takes, and all that it could
// serve stays; the neighbour's garbage goes.
class OddRepository : public ::testing::Test {
 protected:
  void SetUp() override {
    store_.image("app", "v1", {"base"});
    store_.image("app", "", {"untagged"});
    store_.layer("app", "loose");
    garbage_ = store_.layer("neighbour", "garbage");
    store_.image("neighbour", "v1", {"base"});
  }

  GcRun expect_pinned(const std::string& finding, const std::string& path) {
    const TreeSnapshot before = store_.snapshot();
    GcRun run = run_gc(store_, {"-m"});
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_TRUE(run.pinned("app"));
    EXPECT_THAT(reported(run, finding), ::testing::Contains(in_root(path)));
    EXPECT_EQ(store_.removed_since(before),
              (Paths{StoreBuilder::blob_path(garbage_),
                     StoreBuilder::layer_link_path("neighbour", garbage_)}));
    return run;
  }

  StoreBuilder store_;
  Digest garbage_;
};

// row 54
TEST_F(OddRepository, WithAFileForItsManifestsKeepsEveryLayer) {
  store_.remove("repositories/app/_manifests");
  // Nothing but its manifests said that these are needed.
  const Digest manifest = store_.image("other", "v1", {"untagged"}).manifest;
  store_.write("repositories/app/_manifests", "file");
  const TreeSnapshot before = store_.snapshot();
  const GcRun run = run_gc(store_, {"-m"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_EQ(reported(run, "not-a-folder"),
            Paths{in_root("repositories/app/_manifests")});
  EXPECT_TRUE(store_.has_blob(sha256("loose")) && store_.has_blob(manifest));
  for (const std::string& path : store_.removed_since(before))
    EXPECT_FALSE(path.starts_with("repositories/app/")) << path;
}

// row 54
TEST_F(OddRepository, WithAFileForItsRevisionsKeepsEveryLayerAndWhatTagsName) {
  const Digest tagged =
      Digest::parse(store_.read(StoreBuilder::tag_path("app", "v1"))).value();
  store_.remove("repositories/app/_manifests/revisions");
  store_.write("repositories/app/_manifests/revisions", "file");
  const TreeSnapshot before = store_.snapshot();
  const GcRun run = run_gc(store_, {"-m"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_EQ(reported(run, "not-a-folder"),
            Paths{in_root("repositories/app/_manifests/revisions")});
  EXPECT_TRUE(store_.has_blob(sha256("loose")) && store_.has_blob(tagged));
  for (const std::string& path : store_.removed_since(before))
    EXPECT_FALSE(path.starts_with("repositories/app/")) << path;
}

// row 54
TEST_F(OddRepository, WithAFileForItsTagsKeepsEveryRevision) {
  store_.remove("repositories/app/_manifests/tags");
  store_.write("repositories/app/_manifests/tags", "file");
  expect_pinned("not-a-folder", "repositories/app/_manifests/tags");
}

// row 54
TEST_F(OddRepository, WithAPipeForItsTagsIsNotWaitedFor) {
  store_.remove("repositories/app/_manifests/tags");
  store_.fifo("repositories/app/_manifests/tags");
  expect_pinned("not-a-folder", "repositories/app/_manifests/tags");
}

// row 55
TEST_F(OddRepository, WithAFileForItsLayersKeepsWhatItsManifestsNeed) {
  store_.image("app", "v2", {"loose"});
  store_.remove("repositories/app/_layers");
  store_.write("repositories/app/_layers", "file");
  expect_pinned("not-a-folder", "repositories/app/_layers");
}

// row 55
TEST_F(OddRepository, WithoutLayersKeepsWhatItsManifestsNeed) {
  store_.remove("repositories/app/_layers");
  const GcRun run = run_gc(store_);
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(reported(run, "layers-missing"),
            Paths{in_root("repositories/app/_layers")});
  EXPECT_TRUE(store_.has_blob(sha256("base")));
  EXPECT_TRUE(store_.has_blob(sha256("untagged")));
  EXPECT_FALSE(store_.has_blob(sha256("loose")));
  EXPECT_FALSE(store_.has("repositories/app/_layers"));
}

// row 56
TEST_F(OddRepository, WithoutManifestsKeepsEveryLayerThatItLinks) {
  store_.remove("repositories/app/_manifests");
  const GcRun run = run_gc(store_, {"-m"});
  EXPECT_EQ(reported(run, "unfinished-push"),
            Paths{in_root("repositories/app/_manifests")});
  EXPECT_TRUE(store_.has_blob(sha256("loose")));
  EXPECT_TRUE(store_.has_blob(sha256("untagged")));
  EXPECT_TRUE(
      store_.has(StoreBuilder::layer_link_path("app", sha256("untagged"))));
  EXPECT_FALSE(store_.has_blob(garbage_));
}

// row 54
TEST_F(OddRepository, WithAFileForAFolderOfAliasesKeepsAllThatItNames) {
  for (const char* path :
       {"sha512", "tarsum", "tarsum/v1", "tarsum/v1/sha256"}) {
    SCOPED_TRACE(path);
    const std::string file = "repositories/app/_layers/" + std::string(path);
    store_.write(file, "file");
    const GcRun run = run_gc(store_, {"-m", "-n"});
    EXPECT_TRUE(run.pinned("app"));
    EXPECT_EQ(reported(run, "not-a-folder"), Paths{in_root(file)});
    store_.remove(file);
  }
}

// row 54
TEST_F(OddRepository, WithAFileAmongItsRevisionsIsCollectedAroundIt) {
  const std::string notes = "repositories/app/_manifests/revisions/notes";
  store_.write(notes, "mine");
  const GcRun run = run_gc(store_, {"-m"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(reported(run, "foreign-entry"), Paths{in_root(notes)});
  EXPECT_TRUE(store_.has(notes));
  EXPECT_FALSE(store_.has_blob(sha256("untagged")));
}

// What a pull-through cache leaves whose upstream has nothing new
// (format.md#6.4).
TEST_F(OddRepository, WithNothingButTagsIsPinned) {
  store_.tag("asked", "v1", store_.image("app", "v2", {"base"}).manifest);
  const GcRun run = run_gc(store_, {"-m"});
  EXPECT_TRUE(run.pinned("asked"));
  EXPECT_EQ(reported(run, "manifests-missing"),
            Paths{in_root("repositories/asked/_manifests/revisions")});
  EXPECT_TRUE(store_.has(StoreBuilder::tag_path("asked", "v1")));
}

// row 57
TEST_F(OddRepository, AStrayFileEndsNoWalk) {
  const BuiltImage hidden = store_.image("team/zebra", "v1", {"stripes"});
  store_.write("repositories/_stray", "x");
  store_.write("repositories/team/_stray", "x");
  const GcRun run = run_gc(store_);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(reported(run, "foreign-entry"),
            (Paths{in_root("repositories/_stray"),
                   in_root("repositories/team/_stray")}));
  EXPECT_TRUE(store_.has_blob(hidden.manifest));
  EXPECT_TRUE(store_.has_blob(hidden.layers[0]));
  EXPECT_TRUE(store_.has("repositories/_stray"));
  EXPECT_FALSE(store_.has_blob(garbage_));
}

// row 58
TEST_F(OddRepository, BelowAFolderThatServersSkipKeepsAllThatItNames) {
  store_.image("_old/team/app", "v1", {"old"});
  store_.image("_old/team/app", "", {"older"});
  store_.layer("team/_backup", "backup");
  const TreeSnapshot before = store_.snapshot();
  const GcRun run = run_gc(store_);
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(reported(run, "hidden-repository"),
            (Paths{in_root("repositories/_old/team/app"),
                   in_root("repositories/team/_backup")}));
  EXPECT_TRUE(run.pinned("_old/team/app") && run.pinned("team/_backup"));
  for (const char* content : {"old", "older", "backup"})
    EXPECT_TRUE(store_.has_blob(sha256(content))) << content;
  for (const std::string& path : store_.removed_since(before))
    EXPECT_EQ(path.find("/_"), path.find("/_layers")) << path;
}

// row 59
TEST_F(OddRepository, WithANameThatNoServerAcceptsKeepsAllThatItNames) {
  const std::vector<std::string> names = {
      "a b",
      "Upper",
      ".dot",
      "tilde~",
      "co:lon",
      "x..y",
      "-dash",
      "\xff\xfe",
      "tab\there",
      "new\nline",
      "\x1b[2J",
      "\xe2\x80\xae"
      "rtl",
      std::string(250, 'n') + "/" + std::string(5, '.')};
  for (const std::string& name : names) {
    store_.image(name, "v1", {"layer of " + name});
    store_.layer(name, "loose in " + name);
  }
  const GcRun run = run_gc(store_, {"-m"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(reported(run, "odd-repository-name").size(), names.size());
  EXPECT_EQ(run.report.at("pinned").size(), names.size());
  for (const std::string& name : names) {
    EXPECT_TRUE(store_.has_blob(sha256("layer of " + name))) << name;
    EXPECT_TRUE(store_.has_blob(sha256("loose in " + name))) << name;
  }
  EXPECT_FALSE(store_.has_blob(garbage_));
}

// row 60
TEST_F(OddRepository, NamedLikeAPartOfTheLayoutIsARepositoryLikeAnyOther) {
  const std::vector<std::string> names = {
      "tags",  "revisions", "current/link",     "link/data", "sha256",
      "index", "data",      "revisions/sha256", "blobs",     "repositories"};
  for (const std::string& name : names) {
    store_.image(name, "v1", {"layer of " + name});
    store_.image(name, "", {"old layer of " + name});
  }
  const GcRun run = run_gc(store_, {"-m"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.report.at("repositories"), names.size() + 2);
  EXPECT_EQ(run.report.at("findings").size(), 0u);
  for (const std::string& name : names) {
    EXPECT_TRUE(store_.has_blob(sha256("layer of " + name))) << name;
    EXPECT_FALSE(store_.has_blob(sha256("old layer of " + name))) << name;
  }
}

// row 61
TEST_F(OddRepository, PartsOfOneDirectlyBelowRepositoriesAreKept) {
  const BuiltImage made = store_.image("made", "v1", {"nameless"});
  for (const char* part : {"_layers", "_manifests"})
    std::filesystem::rename(store_.v2() / "repositories/made" / part,
                            store_.v2() / "repositories" / part);
  store_.remove("repositories/made");
  const TreeSnapshot before = store_.snapshot();
  const GcRun run = run_gc(store_, {"-m"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(reported(run, "hidden-repository"), Paths{in_root("repositories")});
  EXPECT_TRUE(run.pinned(""));
  EXPECT_TRUE(store_.has_blob(made.manifest));
  EXPECT_TRUE(store_.has_blob(made.layers[0]));
  EXPECT_TRUE(store_.has("repositories/_manifests/tags/v1/current/link"));
  EXPECT_FALSE(store_.has_blob(garbage_));
}

// rows 58 and 61
TEST_F(OddRepository, BelowPartsOfNoneIsScannedAsAnyHiddenOne) {
  for (const std::string part : {"_layers", "_manifests", "_uploads"}) {
    const BuiltImage made = store_.image("made", "v1", {"in " + part});
    store_.folder("repositories/" + part);
    std::filesystem::rename(store_.v2() / "repositories/made",
                            store_.v2() / "repositories" / part / "made");
    const GcRun run = run_gc(store_, {"-m"});
    EXPECT_TRUE(run.pinned(part + "/made"));
    EXPECT_TRUE(store_.has_blob(made.layers[0])) << part;
  }
}

// row 77
TEST_F(OddRepository, OddNamesCannotBreakALineOfTheOutput) {
  store_.image("new\nline\x1b[31m", "v1", {"base"});
  store_.image("app",
               "tag\nwith\x07"
               "bell",
               {"base"});
  store_.write("repositories/app/_manifests/\xff\n", "x");
  const ProgramResult text = run_program(
      {kDregsProgram, "gc", "-n", "-v", "--root", store_.root().string()});
  EXPECT_EQ(text.exit_code, 1);
  for (const char c : text.out + text.err)
    EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20)
        << static_cast<int>(c);
  EXPECT_THAT(text.out, ::testing::HasSubstr("new\\nline\\x1b[31m"));
  EXPECT_THAT(text.out, ::testing::HasSubstr("\\xff\\n"));
  EXPECT_TRUE(run_gc(store_, {"-n"}).report.is_object());
}

// Folders as they are where everything was deleted, in two repositories.
class EmptyRepository : public ::testing::Test {
 protected:
  void SetUp() override {
    store_.image("app", "v1", {"base"});
    for (const std::string repository : {"empty", "almost"})
      for (const std::string folder :
           {"_layers/sha256", "_manifests/revisions/sha256", "_manifests/tags"})
        store_.folder("repositories/" + repository + "/" + folder);
  }

  void expect_only_the_empty_one_goes(
      int exit_code, const std::vector<std::string>& arguments = {}) {
    EXPECT_EQ(run_gc(store_, arguments).exit_code, exit_code);
    EXPECT_FALSE(store_.has("repositories/empty"));
    EXPECT_TRUE(store_.has("repositories/almost/_layers/sha256"));
    EXPECT_TRUE(store_.has("repositories/almost/_manifests/tags"));
  }

  StoreBuilder store_;
};

TEST_F(EmptyRepository, StaysWhereATagIsLeftThoughItNamesNothing) {
  store_.folder("repositories/almost/_manifests/tags/v1");
  expect_only_the_empty_one_goes(1, {"--fail-on", "warning"});
}

// What it names has neither a link here nor a blob; its history may yet help.
TEST_F(EmptyRepository, StaysWhereATagIsLeftWhoseImageIsLost) {
  store_.tag("almost", "v1", sha256("lost"));
  expect_only_the_empty_one_goes(1);
}

TEST_F(EmptyRepository, StaysWhereATagNamesAnImageOfAnotherRepository) {
  store_.tag("almost", "v1", store_.image("app", "v2", {"two"}).manifest);
  expect_only_the_empty_one_goes(1);
}

TEST_F(EmptyRepository, StaysWhereSomebodyPutAFile) {
  store_.write("repositories/almost/_manifests/notes", "do not delete");
  expect_only_the_empty_one_goes(0);
}

TEST_F(EmptyRepository, StaysWhereALayerIsYoung) {
  store_.layer("almost", "young");
  expect_only_the_empty_one_goes(0, {"--min-age", "1h"});
}

TEST_F(EmptyRepository, StaysWhereALayersOtherNameIsYoung) {
  store_.alias_link("almost", sha512_text("young"), store_.blob("young"));
  expect_only_the_empty_one_goes(0, {"--min-age", "1h"});
}

TEST_F(EmptyRepository, StaysWhereSomethingElseLiesAmongItsUploads) {
  store_.write("repositories/almost/_uploads/notes/list", "do not delete");
  expect_only_the_empty_one_goes(0, {"--uploads-older-than", "0"});
}

TEST_F(EmptyRepository, StaysWhereALinkIsBeingWritten) {
  store_.temp_file(StoreBuilder::revision_path("almost", sha256("coming")));
  expect_only_the_empty_one_goes(0);
}

}  // namespace
}  // namespace dregs
