// `verify --quarantine`: what is corrupt goes out of the way, and a push heals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/file.h>

#include <filesystem>
#include <set>

#include "scanner/files/descriptor.h"
#include "tests/command_run.h"
#include "tests/paths.h"

namespace dregs {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
namespace fs = std::filesystem;

class Quarantined : public testing::Test {
 protected:
  Quarantined()
      : app_(push_app()), web_(store_.image("web", "v1", {"base", "web"})) {}

  BuiltImage push_app() { return store_.image("app", "v1", {"base", "app"}); }

  JsonRun verify(const std::vector<std::string>& words = {}) {
    std::vector<std::string> command{"verify", "--quarantine"};
    command.insert(command.end(), words.begin(), words.end());
    return run_for_json(store_, command);
  }

  std::string content(const std::string& shown) const {
    return store_.read(store_.root() / shown);
  }

  StoreBuilder store_;
  BuiltImage app_;
  BuiltImage web_;
};

TEST_F(Quarantined, CorruptDataIsHealedByTheNextPush) {
  store_.corrupt(app_.layers[1]);
  store_.corrupt(app_.manifest);
  const std::string wrong = store_.read(store_.blob_path(app_.layers[1]));
  const JsonRun run = verify();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.report["push_again"], ElementsAre("app:v1"));
  ASSERT_EQ(run.report["quarantined"].size(), 2U) << run.report.dump(2);
  EXPECT_FALSE(store_.has_blob(app_.layers[1]));
  EXPECT_FALSE(store_.has_blob(app_.manifest));
  for (const json& moved : run.report["quarantined"]) {
    const std::string from = moved["path"];
    const std::string to = moved["to"];
    EXPECT_THAT(to, StartsWith("docker/registry/.dregs/quarantine/"));
    if (from.find(app_.layers[1].hex()) != std::string::npos) {
      EXPECT_EQ(content(to), wrong);
    }
  }
  push_app();
  EXPECT_EQ(run_dregs(store_, {"verify"}).exit_code, 0);
}

TEST_F(Quarantined, ALayerLinkWithoutContentIsHealedByTheNextPush) {
  const std::string link = store_.layer_link_path("app", app_.layers[1]);
  store_.write(link, "");
  EXPECT_EQ(verify().exit_code, 1);
  EXPECT_FALSE(store_.has(link));
  push_app();
  EXPECT_EQ(run_dregs(store_, {"verify"}).exit_code, 0);
}

TEST_F(Quarantined, AnEmptyBlobIsHealedByTheNextPush) {
  store_.truncate(app_.layers[1], 0);
  const JsonRun run = verify();
  EXPECT_EQ(run.report["findings"][0]["kind"], "empty-blob");
  EXPECT_EQ(run.report["quarantined"].size(), 1U);
  EXPECT_FALSE(store_.has_blob(app_.layers[1]));
  push_app();
  EXPECT_EQ(run_dregs(store_, {"verify"}).exit_code, 0);
}

TEST_F(Quarantined, SoundFilesAndOtherDamageStayWhereTheyAre) {
  store_.lose(web_.layers[1]);
  const std::string link = store_.layer_link_path("app", app_.layers[1]);
  store_.write(link, "sha256:nonsense");
  const std::string folder = store_.layer_link_path("app", app_.layers[0]);
  store_.remove(folder);
  store_.folder(folder);
  const TreeSnapshot before = store_.snapshot();
  const JsonRun run = verify();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.report["quarantined"], IsEmpty());
  EXPECT_EQ(store_.snapshot(), before);
  EXPECT_FALSE(fs::exists(store_.root() / "docker/registry/.dregs"));
}

TEST_F(Quarantined, OnlyWhatTheNamedImagesNeed) {
  store_.corrupt(app_.layers[1]);
  store_.corrupt(web_.layers[1]);
  EXPECT_EQ(verify({"web"}).report["quarantined"].size(), 1U);
  EXPECT_TRUE(store_.has_blob(app_.layers[1]));
  EXPECT_FALSE(store_.has_blob(web_.layers[1]));
}

TEST_F(Quarantined, NothingThroughASymbolicLink) {
  const fs::path folder =
      store_.v2() / fs::path(store_.blob_path(app_.layers[1])).parent_path();
  const fs::path elsewhere = store_.root() / "elsewhere";
  store_.corrupt(app_.layers[1]);
  fs::rename(folder, elsewhere);
  fs::create_directory_symlink(elsewhere, folder);
  const JsonRun run = verify();
  EXPECT_EQ(run.exit_code, 4);
  ASSERT_EQ(run.report["quarantined"].size(), 1U) << run.report.dump(2);
  EXPECT_TRUE(run.report["quarantined"][0]["to"].is_null());
  EXPECT_FALSE(run.report["quarantined"][0]["error"].is_null());
  EXPECT_TRUE(fs::exists(elsewhere / "data"));
}

// Until the disk has it, what was moved may be back after a power cut.
TEST_F(Quarantined, WhatTheDiskDoesNotConfirmIsAFailure) {
  if (!can_trace()) GTEST_SKIP() << "strace is missing or may not trace";
  const fs::path folder =
      store_.v2() / fs::path(store_.blob_path(app_.layers[1])).parent_path();
  store_.corrupt(app_.layers[0]);
  store_.corrupt(app_.layers[1]);
  fs::rename(folder, store_.root() / "elsewhere");
  fs::create_directory_symlink(store_.root() / "elsewhere", folder);
  const ProgramResult run = run_program(
      {"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=syncfs", "-e",
       "inject=syncfs:error=EIO", kDregsProgram, "verify", "--quarantine",
       "--json", "--root", store_.root().string()});
  EXPECT_EQ(run.exit_code, 4) << run.err;
  std::multiset<std::string> errors;
  const json report = json::parse(run.out);
  for (const json& moved : report["quarantined"]) errors.insert(moved["error"]);
  EXPECT_THAT(errors, ElementsAre("Input/output error",
                                  "Too many levels of symbolic links"));
}

TEST_F(Quarantined, NothingWhileAnotherRunWorksOnTheStore) {
  store_.corrupt(app_.layers[1]);
  const Descriptor v2 = open_folder(AT_FDCWD, store_.v2());
  ASSERT_EQ(flock(v2.get(), LOCK_EX | LOCK_NB), 0);
  const JsonRun run = verify();
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, HasSubstr("another dregs works on this root"));
  EXPECT_TRUE(store_.has_blob(app_.layers[1]));
}

TEST_F(Quarantined, FilesAreNoneOfGcsBusiness) {
  store_.corrupt(app_.layers[1]);
  const std::string to = verify().report["quarantined"][0]["to"];
  const JsonRun run = run_for_json(store_, {"gc"});
  EXPECT_THAT(run.report["findings"].dump(), HasSubstr("missing-blob"));
  EXPECT_TRUE(fs::exists(store_.root() / to));
  push_app();
  EXPECT_EQ(run_dregs(store_, {"gc"}).exit_code, 0);
  EXPECT_TRUE(store_.has_blob(app_.layers[1]));
}

TEST_F(Quarantined, APersonIsToldWhatWentWhereAndWhatToPush) {
  store_.corrupt(app_.layers[1]);
  const ProgramResult run = run_dregs(store_, {"verify", "--quarantine"});
  EXPECT_THAT(run.out, HasSubstr("Moved away\n  docker/registry/v2/blobs/"));
  EXPECT_THAT(run.out, HasSubstr("Push again:\n  app:v1\n"));
}

}  // namespace
}  // namespace dregs
