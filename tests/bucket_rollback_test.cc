// A tag of a registry in object storage means again what it was: the checks are
// those of a disk, and no link is written that somebody else changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gc/bucket_heal/bucket_link_writer.h"
#include "gc/runs/rollback.h"
#include "tests/memory_bucket.h"
#include "tests/served_bucket.h"

namespace dregs {
namespace {

using State = LinkOutcome::State;
using testing::HasSubstr;

class BucketRollback : public testing::Test {
 protected:
  BucketRollback() { bucket_.fill(store_); }

  RollbackOutcome carry_out() {
    BucketLinkWriter links(root_);
    return dregs::carry_out({"app", "v1", second_, first_}, links);
  }

  std::string current() { return *bucket_.get(bucket_.key(tag_), 1000); }

  // Between the look and the request.
  void write_before(const std::string& path, const Digest& digest) {
    bucket_.before_put = [this, path, digest](const std::string& key) {
      if (key == bucket_.key(path)) bucket_.put_at(path, digest.to_string());
    };
  }

  StoreBuilder store_;
  Digest first_ = store_.image("app", "v1", {"base", "first"}).manifest;
  Digest second_ = store_.image("app", "v1", {"base", "second"}).manifest;
  Digest other_ = store_.image("app", "v2", {"base", "other"}).manifest;
  std::string tag_ = StoreBuilder::tag_path("app", "v1");
  MemoryBucket bucket_;
  BucketRoot root_{bucket_, "registry", 4};
};

// The entry that is missing is of the old image.
TEST_F(BucketRollback, WritesTheEntriesAndTheTag) {
  const std::set<std::string> before = bucket_.paths();
  bucket_.remove_at(StoreBuilder::history_path("app", "v1", second_));
  EXPECT_EQ(carry_out().outcome.state, State::written);
  EXPECT_EQ(current(), first_.to_string());
  EXPECT_EQ(bucket_.paths(), before);
}

TEST_F(BucketRollback, WhatAnotherPushedMeanwhileIsNotOverwritten) {
  write_before(tag_, other_);
  EXPECT_EQ(carry_out().outcome.state, State::changed);
  EXPECT_EQ(current(), other_.to_string());
}

// Where a server ignores the condition of a request, a look right before it
// is what there is.
TEST_F(BucketRollback, LooksRightBeforeItWritesWhateverTheServerHeeds) {
  bucket_.heeds_conditions = false;
  write_before(StoreBuilder::history_path("app", "v1", first_), first_);
  const auto entry_first = bucket_.before_put;
  bucket_.before_put = [&](const std::string& key) {
    entry_first(key);
    if (key != bucket_.key(tag_)) bucket_.put_at(tag_, other_.to_string());
  };
  EXPECT_EQ(carry_out().outcome.state, State::changed);
  EXPECT_EQ(current(), other_.to_string());
}

TEST_F(BucketRollback, ALinkThatCannotBeReadBackIsNotBelieved) {
  BucketLinkWriter links(root_);
  const FoundLink found = links.find(tag_);
  bucket_.before_put = [&](const std::string& key) {
    bucket_.fail_get.emplace(key, StorageError("AccessDenied", 403, "denied"));
  };
  const LinkOutcome outcome = links.replace(tag_, found, first_);
  EXPECT_EQ(outcome.state, State::failed);
  EXPECT_THAT(outcome.detail, HasSubstr("denied"));
}

class ServedRollback : public testing::Test {
 protected:
  ServedRollback() { bucket_.fill(store_); }

  JsonRun rollback(const Digest& digest, std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"rollback", "app:v1@" + digest.to_string()});
    return bucket_.run_for_json(words);
  }

  std::string current() {
    return bucket_.read(StoreBuilder::tag_path("app", "v1"));
  }

  void expect_refused(const std::string& reason) {
    const auto before = bucket_.served();
    const JsonRun run = rollback(first_.manifest);
    EXPECT_EQ(run.exit_code, 3) << run.err;
    EXPECT_THAT(run.err, HasSubstr(reason));
    EXPECT_EQ(run.report["changed"], false);
    EXPECT_EQ(bucket_.served(), before);
  }

  StoreBuilder store_;
  BuiltImage first_ = store_.image("app", "v1", {"base", "first"});
  BuiltImage second_ = store_.image("app", "v1", {"base", "second"});
  ServedBucket bucket_;
};

TEST_F(ServedRollback, ATagMeansAgainWhatItWasAndKeepsItsHistory) {
  const JsonRun run = rollback(first_.manifest);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report["changed"], true);
  EXPECT_EQ(current(), first_.manifest.to_string());
  const JsonRun history = bucket_.run_for_json({"ls", "--history", "app:v1"});
  EXPECT_EQ(history.report["history"].size(), 2U) << history.err;
  EXPECT_EQ(rollback(second_.manifest).exit_code, 0);
  EXPECT_EQ(current(), second_.manifest.to_string());
}

TEST_F(ServedRollback, ADryRunNeedsNoProofAndChangesNothing) {
  const auto before = bucket_.served();
  const std::string ref = "app:v1@" + first_.manifest.to_string();
  EXPECT_EQ(bucket_.run_unproved({"rollback", "-n", ref}).exit_code, 0);
  const ProgramResult run = bucket_.run_unproved({"rollback", ref});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, HasSubstr("--registry-stopped"));
  EXPECT_EQ(bucket_.served(), before);
}

TEST_F(ServedRollback, AnImageThatIsNotWholeIsRefused) {
  bucket_.put_at(StoreBuilder::blob_path(first_.layers[1]), "cut");
  expect_refused("wrong size");
}

TEST_F(ServedRollback, AnUploadThatBeganJustNowRefusesIt) {
  bucket_.put_at("repositories/app/_uploads/x/startedat", "now");
  expect_refused("less than an hour ago");
}

TEST_F(ServedRollback, ARegistryOfGitLabIsRefused) {
  bucket_.server().put("registry/docker/registry/lockfiles/database-in-use",
                       "");
  expect_refused("GitLab");
}

}  // namespace
}  // namespace dregs
