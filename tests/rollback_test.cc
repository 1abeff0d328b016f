// These tests show what a tag named before (`ls --history`), and go back to it
// (`rollback`).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "gc/heal/disk_link_writer.h"
#include "gc/heal/put_link.h"
#include "gc/runs/rollback.h"
#include "scanner/files/descriptor.h"
#include "tests/command_run.h"
#include "tests/gc_run.h"
#include "tests/paths.h"

namespace dregs {
namespace {

using Json = nlohmann::json;
using std::chrono::hours;
using testing::ElementsAre;
using testing::HasSubstr;

// A tag that named two images before the third, an hour apart.
class RolledBack : public testing::Test {
 protected:
  RolledBack() {
    for (const auto& [digest, age] :
         {std::pair(first_, 3), std::pair(second_, 2)})
      store_.set_age(StoreBuilder::history_path("app", "v1", digest),
                     hours(age));
    store_.set_age(StoreBuilder::history_path("app", "v1", third_), hours(1));
    store_.set_age(StoreBuilder::tag_path("app", "v1"), hours(1));
  }

  JsonRun rollback(const Digest& digest, std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"rollback", "app:v1@" + digest.to_string()});
    return run_for_json(store_, words);
  }

  Json history() {
    return run_for_json(store_, {"ls", "--history", "app:v1"})
        .report["history"];
  }

  std::string current() const {
    return store_.read(StoreBuilder::tag_path("app", "v1"));
  }

  void expect_refused(const Digest& digest, const std::string& reason) {
    const TreeSnapshot before = store_.snapshot();
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{}, {"-n"}}) {
      const JsonRun run = rollback(digest, words);
      EXPECT_EQ(run.exit_code, 3);
      EXPECT_THAT(run.err, HasSubstr(reason));
      EXPECT_EQ(run.report["changed"], false);
    }
    EXPECT_EQ(store_.snapshot(), before);
  }

  StoreBuilder store_;
  Digest first_ = store_.image("app", "v1", {"base", "first"}).manifest;
  Digest second_ = store_.image("app", "v1", {"base", "second"}).manifest;
  Digest third_ = store_.image("app", "v1", {"base", "third"}).manifest;
};

TEST_F(RolledBack, TheHistoryNamesWhatATagWasTheNewestFirst) {
  std::vector<std::string> digests;
  for (const Json& each : history()) {
    digests.push_back(each["digest"]);
    EXPECT_EQ(each["repository"], "app");
    EXPECT_EQ(each["tag"], "v1");
    EXPECT_EQ(each["current"], each["digest"] == third_.to_string());
    EXPECT_EQ(each["linked"], true);
    EXPECT_EQ(each["stored"], true);
  }
  EXPECT_THAT(digests, ElementsAre(third_.to_string(), second_.to_string(),
                                   first_.to_string()));
}

TEST_F(RolledBack, TheHistorySaysWhatIsGone) {
  store_.remove(StoreBuilder::revision_path("app", first_));
  store_.lose(second_);
  const Json entries = history();
  EXPECT_EQ(entries[1]["linked"], true);
  EXPECT_EQ(entries[1]["stored"], false);
  EXPECT_EQ(entries[2]["linked"], false);
  EXPECT_EQ(entries[2]["stored"], true);
  const ProgramResult text = run_dregs(store_, {"ls", "--history", "app:v1"});
  EXPECT_THAT(text.out, HasSubstr("current"));
  EXPECT_THAT(text.out, HasSubstr("gone"));
  EXPECT_THAT(text.out, HasSubstr("deleted"));
  EXPECT_THAT(text.out, HasSubstr(first_.to_string()));
}

TEST_F(RolledBack, TheHistoryOfNothingNamedIsAskedInVain) {
  EXPECT_EQ(run_dregs(store_, {"ls", "--history"}).exit_code, 2);
  EXPECT_EQ(run_dregs(store_, {"ls", "--history", "app:v2"}).exit_code, 2);
}

TEST_F(RolledBack, ATagMeansAgainWhatItWasAndKeepsItsHistory) {
  const JsonRun run = rollback(first_);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["schema"], "dregs.rollback/1");
  EXPECT_EQ(run.report["from"], third_.to_string());
  EXPECT_EQ(run.report["to"], first_.to_string());
  EXPECT_EQ(run.report["changed"], true);
  EXPECT_EQ(current(), first_.to_string());
  // The newest entry is what the tag names now. The others did not change.
  const Json entries = history();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0]["digest"], first_.to_string());
  EXPECT_EQ(entries[1]["digest"], third_.to_string());
  EXPECT_EQ(rollback(third_).exit_code, 0);
  EXPECT_EQ(current(), third_.to_string());
  EXPECT_EQ(run_gc(store_, {"-n"}).report["findings"], Json::array());
}

TEST_F(RolledBack, TheTimesAreThoseOfAPush) {
  rollback(first_);
  for (const std::string& link :
       {StoreBuilder::tag_path("app", "v1"),
        StoreBuilder::history_path("app", "v1", first_)}) {
    struct stat status {};
    ASSERT_EQ(::stat((store_.v2() / link).c_str(), &status), 0) << link;
    EXPECT_LT(std::time(nullptr) - status.st_mtime, 60) << link;
  }
}

TEST_F(RolledBack, ADryRunChangesNothingAndSaysWhatWould) {
  const TreeSnapshot before = store_.snapshot();
  const JsonRun run = rollback(first_, {"-n"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["to"], first_.to_string());
  EXPECT_EQ(run.report["changed"], false);
  EXPECT_EQ(store_.snapshot(), before);
}

TEST_F(RolledBack, WhatItIsAlreadyIsNotWrittenAgain) {
  const TreeSnapshot before = store_.snapshot();
  const JsonRun run = rollback(third_);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["changed"], false);
  EXPECT_EQ(store_.snapshot(), before);
}

TEST_F(RolledBack, WhatTheTagNeverWasIsRefused) {
  expect_refused(store_.image("app", "v2", {"other"}).manifest,
                 "ls --history app:v1");
}

TEST_F(RolledBack, AnImageThatIsNotWholeIsRefused) {
  const BuiltImage old = store_.image("app", "v1", {"base", "old"});
  store_.tag("app", "v1", third_);
  const std::string link = StoreBuilder::layer_link_path("app", old.layers[1]);
  const std::string held = store_.read(link);
  store_.remove(link);
  expect_refused(old.manifest, "no link");
  store_.write(link, held);
  EXPECT_EQ(rollback(old.manifest, {"-n"}).exit_code, 0);
  store_.truncate(old.layers[1], 1);
  expect_refused(old.manifest, "wrong size");
  store_.lose(old.layers[1]);
  expect_refused(old.manifest, "missing");
  store_.corrupt(old.manifest);
  expect_refused(old.manifest, "does not hash to its name");
  store_.lose(old.manifest);
  expect_refused(old.manifest, "not there any more");
}

TEST_F(RolledBack, AnImageWithoutARevisionLinkIsRefused) {
  store_.remove(StoreBuilder::revision_path("app", first_));
  expect_refused(first_, "no revision link");
}

TEST_F(RolledBack, AnIndexThatMissesAChildIsRefused) {
  const BuiltImage child = store_.image("app", "", {"amd64"});
  const Digest index = store_.index("app", "v1", {child.manifest});
  store_.tag("app", "v1", third_);
  EXPECT_EQ(rollback(index, {"-n"}).exit_code, 0);
  store_.lose(child.layers[0]);
  expect_refused(index, "incomplete");
}

TEST_F(RolledBack, ATagThatLostItsLinkGetsItBack) {
  store_.remove(StoreBuilder::tag_path("app", "v1"));
  const JsonRun run = rollback(second_);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["from"], nullptr);
  EXPECT_EQ(current(), second_.to_string());
}

TEST_F(RolledBack, AnOldLinkWithoutAnEntryGetsOneFirst) {
  const std::string entry = StoreBuilder::history_path("app", "v1", third_);
  store_.remove(std::filesystem::path(entry).parent_path());
  EXPECT_EQ(rollback(first_).exit_code, 0);
  EXPECT_EQ(store_.read(entry), third_.to_string());
}

TEST_F(RolledBack, OneAtATime) {
  const Descriptor lock(
      ::open(store_.v2().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_EQ(::flock(lock.get(), LOCK_EX | LOCK_NB), 0);
  const TreeSnapshot before = store_.snapshot();
  EXPECT_EQ(rollback(first_).exit_code, 3);
  EXPECT_EQ(rollback(first_, {"-n"}).exit_code, 0);
  EXPECT_EQ(store_.snapshot(), before);
}

TEST_F(RolledBack, NothingIsWrittenThroughASymbolicLink) {
  store_.symlink("v1", "repositories/app/_manifests/tags/alias");
  const TreeSnapshot before = store_.snapshot();
  const JsonRun run =
      run_for_json(store_, {"rollback", "app:alias@" + first_.to_string()});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_EQ(store_.snapshot(), before);
}

TEST_F(RolledBack, OnlyRepoTagAndDigestTogetherWillDo) {
  for (const std::string& ref :
       {std::string("app"), std::string("app:v1"), "app@" + first_.to_string(),
        "app:*@" + first_.to_string(), std::string("app:v1@latest"),
        "../app:v1@" + first_.to_string(), "app:v2@" + first_.to_string()})
    EXPECT_EQ(run_dregs(store_, {"rollback", "--", ref}).exit_code, 2) << ref;
  // The beginning of a digest is enough, as in every command.
  EXPECT_EQ(run_dregs(store_, {"rollback",
                               "app:v1@" + first_.to_string().substr(0, 19)})
                .exit_code,
            0);
}

TEST_F(RolledBack, WhatAnotherWroteMeanwhileIsNotOverwritten) {
  const Descriptor v2 = open_folder(AT_FDCWD, store_.v2().string());
  DiskLinkWriter links(v2.get());
  const Rollback stale{"app", "v1", second_, first_};
  EXPECT_EQ(carry_out(stale, links).outcome.state, LinkOutcome::State::changed);
  EXPECT_EQ(current(), third_.to_string());
}

// A server would have given the link the owner and mode of its folder.
TEST_F(RolledBack, TheLinkIsOfTheOwnerAndModeOfItsNeighbours) {
  const std::filesystem::path folder =
      (store_.v2() / StoreBuilder::tag_path("app", "v1")).parent_path();
  std::filesystem::permissions(folder, std::filesystem::perms(0750));
  EXPECT_EQ(rollback(first_).exit_code, 0);
  struct stat status {};
  ASSERT_EQ(::stat((folder / "link").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

// Each system call may fail. The tag then names the old image or the new one.
TEST_F(RolledBack, WhateverFailsTheTagNamesTheOldOrTheNew) {
  if (!can_trace()) GTEST_SKIP() << "nobody may trace here";
  const std::string tags = "repositories/app/_manifests/tags/v1";
  for (const std::string call : {"fsync", "renameat", "fchmod", "write"})
    for (const std::string when : {"1", "2", "3", "4"}) {
      SCOPED_TRACE(call + " " + when);
      const ProgramResult result = run_program(
          {"strace", "-f", "-o", "/dev/null", "-e", "trace=" + call, "-e",
           "inject=" + call + ":error=EIO:when=" + when, kDregsProgram, "-q",
           "rollback", "app:v1@" + first_.to_string(), "--root",
           store_.root().string()});
      EXPECT_TRUE(current() == first_.to_string() ||
                  current() == third_.to_string());
      if (result.exit_code == 0) {
        EXPECT_EQ(current(), first_.to_string());
      }
      for (const auto& entry :
           std::filesystem::recursive_directory_iterator(store_.v2() / tags))
        EXPECT_NE(entry.path().extension(), ".tmp") << entry.path();
      ASSERT_EQ(rollback(third_).exit_code, 0);
    }
}

TEST_F(RolledBack, ALinkThatCannotBeWrittenLeavesNothingBehind) {
  const Descriptor v2 = open_folder(AT_FDCWD, store_.v2().string());
  store_.folder("somewhere/link");  // nothing is renamed over a folder
  const TreeSnapshot before = store_.snapshot();
  EXPECT_NE(put_link(v2.get(), "somewhere/link", first_), 0);
  EXPECT_EQ(store_.snapshot(), before);
}

TEST(Ls, OlderThanLeavesOutWhatIsYoungOrHasNoTime) {
  StoreBuilder store;
  for (const char* tag : {"old", "young", "lost"})
    store.image("app", tag, {"base"});
  store.set_age(StoreBuilder::tag_path("app", "old"), hours(50));
  store.remove(StoreBuilder::tag_path("app", "lost"));
  const JsonRun run =
      run_for_json(store, {"ls", "app", "--older-than", "2d", "--names"});
  EXPECT_EQ(run.report["names"], Json({"app:old"}));
  EXPECT_EQ(run_dregs(store, {"ls", "--older-than", "2d"}).exit_code, 2);
}

TEST(Ls, SortsByTimeAndSizeAndNameAsAsked) {
  StoreBuilder store;
  store.image("app", "a", {"smallest"});
  store.image("app", "b", {"the largest of them all"});
  store.image("app", "c", {"middle size"});
  for (const auto& [tag, age] :
       {std::pair("a", 2), std::pair("b", 3), std::pair("c", 1)})
    store.set_age(StoreBuilder::tag_path("app", tag), hours(age));
  const auto names = [&](const std::string& order) {
    const JsonRun run = run_for_json(store, {"ls", "app", "--sort", order});
    std::string tags;
    for (const Json& tag : run.report["tags"])
      tags += tag["tag"].get<std::string>();
    return tags;
  };
  EXPECT_EQ(names("name"), "abc");
  EXPECT_EQ(names("pushed"), "cab");
  EXPECT_EQ(names("size"), "bca");
  EXPECT_EQ(run_dregs(store, {"ls", "app", "--sort", "age"}).exit_code, 2);
  EXPECT_EQ(run_dregs(store, {"ls", "--sort", "size"}).exit_code, 2);
}

}  // namespace
}  // namespace dregs
