// What a collection removes from a bucket: the keys that it removes from a disk
// with the same content, and none where somebody writes meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "gc/bucket/bucket_remover.h"
#include "gc/bucket/bucket_watch.h"
#include "gc/decide/plan_without.h"
#include "gc/survey/take_bucket_survey.h"
#include "tests/collect.h"
#include "tests/memory_bucket.h"
#include "tests/random_store.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

constexpr const char* kUploadId = "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e21";

// A bucket between marking and sweeping.
class MarkedBucket {
 public:
  explicit MarkedBucket(MemoryBucket& bucket, bool delete_untagged = false)
      : root_(bucket, "registry", 4),
        policy_(policy_of_tests(delete_untagged)) {
    SurveyProgress progress;
    taken_ = take_bucket_survey(root_, false, stop_, progress);
    const Survey& survey = taken_.survey;
    plan_ = make_plan(
        survey.inventory,
        mark(survey.inventory, survey.graph, survey.diagnosis.pins, policy_),
        policy_);
  }

  BucketWatch watch() {
    return {root_, taken_.scan.stamps, taken_.survey.inventory, stop_,
            emptied_};
  }

  bool has_pins() const {
    const Pins& pins = taken_.survey.diagnosis.pins;
    return std::any_of(pins.begin(), pins.end(),
                       [](const auto& some) { return !some.empty(); });
  }

  // By its position in the only repository.
  void remove_revision(std::size_t at) {
    Removal removal;
    removal.kind = RemovalKind::revision;
    removal.repository = 0;
    removal.digest = taken_.survey.inventory.repositories[0].revisions[at];
    remover_.remove(removal);
  }

  bool has_emptied(const std::string& name) const {
    return emptied_.contains(name);
  }

  SweepResult sweep(const Precautions& precautions = {},
                    BucketAside* aside = nullptr) {
    BucketRemover remover(root_, taken_.scan, taken_.survey.inventory, emptied_,
                          aside);
    SweepProgress progress;
    const Replan replan = [this](const std::set<std::uint32_t>& kept) {
      return plan_without(taken_.survey, kept, policy_);
    };
    return dregs::sweep(plan_, taken_.survey.inventory, remover, replan, stop_,
                        progress, precautions);
  }

 private:
  BucketRoot root_;
  Policy policy_;
  StopRequest stop_;
  EmptiedRepositories emptied_;
  BucketSurvey taken_;
  Plan plan_;
  BucketRemover remover_{root_, taken_.scan, taken_.survey.inventory, emptied_};
};

std::set<std::string> files_of(const StoreBuilder& store) {
  std::set<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(store.root()))
    if (entry.is_regular_file())
      files.insert(fs::relative(entry.path(), store.root()).string());
  return files;
}

class BucketRemoval : public testing::Test {
 protected:
  BucketRemoval() : kept_(store_.image("app", "v1", {"base", "app"})) {
    gone_ = store_.image("app", "old", {"base", "old"});
    store_.remove("repositories/app/_manifests/tags/old");
    store_.remove(StoreBuilder::revision_path("app", gone_.manifest));
    store_.upload("app", kUploadId, std::chrono::hours(1000), "half a layer");
    bucket_.fill(store_);
  }

  bool has_blob(const Digest& digest) const {
    return bucket_.paths().contains("docker/registry/v2/" +
                                    StoreBuilder::blob_path(digest));
  }

  StoreBuilder store_;
  BuiltImage kept_;
  BuiltImage gone_;
  MemoryBucket bucket_;
};

TEST_F(BucketRemoval, LeavesTheKeysThatACollectionLeavesOnADisk) {
  MarkedBucket marked(bucket_);
  BucketWatch watch = marked.watch();
  EXPECT_FALSE(watch.changed_since_scan().changed);
  const SweepResult result = marked.sweep(watch.precautions());
  EXPECT_TRUE(result.complete);
  EXPECT_THAT(result.findings, IsEmpty());
  EXPECT_FALSE(watch.disturbance());
  collect(store_.v2(), false);
  EXPECT_EQ(bucket_.paths(), files_of(store_));
  EXPECT_FALSE(has_blob(gone_.manifest));
}

TEST_F(BucketRemoval, TakesAThousandKeysInARequest) {
  for (int i = 0; i < 2500; ++i) store_.blob("garbage " + std::to_string(i));
  bucket_.fill(store_);
  MarkedBucket(bucket_).sweep();
  // One for the layer links, three for the blobs and one for the upload.
  EXPECT_EQ(bucket_.counts().removals, 5U);
}

TEST_F(BucketRemoval, AbortsTheUploadsThatTheServerForgot) {
  bucket_.begin_upload(bucket_.key("repositories/app/_uploads/" +
                                   std::string(kUploadId) + "/data"),
                       1000, 1);
  MarkedBucket(bucket_).sweep();
  EXPECT_THAT(bucket_.pending_uploads(), IsEmpty());
}

// Whatever comes to it after the last listing, right before it would go.
TEST_F(BucketRemoval, KeepsAnUploadThatSomebodyGoesOnWith) {
  const std::string upload =
      "repositories/app/_uploads/" + std::string(kUploadId);
  const std::string data = bucket_.key(upload + "/data");
  const std::function<void()> changes[] = {
      [&] { bucket_.grow_uploads(1000); },
      [&] { bucket_.begin_upload(data, 1, 1); },
      [&] { bucket_.abort(bucket_.pending_uploads().at(0)); },
      [&] { bucket_.put_at(upload + "/hashstates/sha256/0", "state"); }};
  for (const auto& change : changes) {
    for (const PendingUpload& each : bucket_.pending_uploads())
      bucket_.abort(each);
    bucket_.fill(store_);
    bucket_.begin_upload(data, 1000, 1);
    MarkedBucket marked(bucket_);
    Precautions precautions;
    precautions.nobody_came = [&] {
      change();
      return true;
    };
    const std::size_t pending = bucket_.pending_uploads().size();
    const SweepResult result = marked.sweep(precautions);
    EXPECT_FALSE(result.complete);
    ASSERT_EQ(result.findings.size(), 1U);
    EXPECT_EQ(result.findings[0].kind, FindingKind::tree_changed);
    EXPECT_TRUE(bucket_.get(bucket_.key(upload + "/startedat"), 1000));
    EXPECT_GE(bucket_.pending_uploads().size() + 1, pending);
  }
}

TEST_F(BucketRemoval, AbortsNothingThatIsToBePutAside) {
  bucket_.begin_upload(bucket_.key("repositories/app/_uploads/" +
                                   std::string(kUploadId) + "/data"),
                       1000, 1);
  const BucketRoot root(bucket_, "registry", 4);
  CopiedAside aside(root, "run");
  EXPECT_FALSE(MarkedBucket(bucket_).sweep({}, &aside).complete);
  EXPECT_EQ(bucket_.pending_uploads().size(), 1U);
}

TEST_F(BucketRemoval, IsRefusedWhereAnythingIsWrittenBetweenTheListings) {
  for (const std::string& path :
       {StoreBuilder::tag_path("new", "v1"),
        StoreBuilder::blob_path(kept_.config),
        std::string("repositories/app/_uploads/x/startedat")}) {
    SCOPED_TRACE(path);
    bucket_.fill(store_);
    MarkedBucket marked(bucket_);
    BucketWatch watch = marked.watch();
    bucket_.put_at(path, "anything");
    EXPECT_TRUE(watch.changed_since_scan().changed);
  }
}

TEST_F(BucketRemoval, KeepsEveryBlobWhereALinkIsWrittenBeforeThey) {
  MarkedBucket marked(bucket_);
  BucketWatch watch = marked.watch();
  Precautions precautions = watch.precautions();
  const Standing look = precautions.undisturbed_links;
  precautions.undisturbed_links = [&](const Plan& plan,
                                      const std::set<std::uint32_t>& failed) {
    bucket_.put_at(StoreBuilder::layer_link_path("app", gone_.layers[1]),
                   gone_.layers[1].to_string());
    return look(plan, failed);
  };
  const SweepResult result = marked.sweep(precautions);
  EXPECT_FALSE(result.complete);
  EXPECT_TRUE(watch.disturbance());
  EXPECT_TRUE(has_blob(gone_.layers[1]));
  EXPECT_TRUE(has_blob(gone_.manifest));
}

TEST_F(BucketRemoval, KeepsEveryBlobWhereOneIsPushedAgainBeforeThey) {
  MarkedBucket marked(bucket_);
  BucketWatch watch = marked.watch();
  Precautions precautions = watch.precautions();
  const Standing look = precautions.undisturbed_links;
  precautions.undisturbed_links = [&](const Plan& plan,
                                      const std::set<std::uint32_t>& failed) {
    bucket_.put_at(StoreBuilder::blob_path(gone_.config), "again");
    return look(plan, failed);
  };
  EXPECT_FALSE(marked.sweep(precautions).complete);
  EXPECT_TRUE(has_blob(gone_.config));
  EXPECT_TRUE(has_blob(gone_.layers[1]));
}

TEST_F(BucketRemoval, KeepsTheBlobsOfAKeyThatIsNotRemoved) {
  const std::string link =
      StoreBuilder::layer_link_path("app", gone_.layers[1]);
  bucket_.keep.insert(bucket_.key(link));
  const SweepResult result = MarkedBucket(bucket_).sweep();
  EXPECT_FALSE(result.complete);
  ASSERT_FALSE(result.findings.empty());
  EXPECT_THAT(result.findings.front().detail,
              testing::HasSubstr("AccessDenied"));
  EXPECT_TRUE(has_blob(gone_.layers[1]));
}

// Otherwise another's removal of the rest would count as this run's.
TEST_F(BucketRemoval, KnowsARepositoryAsEmptiedByItsLastRevisionAlone) {
  store_.image("app", "v2", {"base", "more"});
  bucket_.fill(store_);
  MarkedBucket marked(bucket_);
  marked.remove_revision(0);
  EXPECT_FALSE(marked.has_emptied("app"));
  marked.remove_revision(1);
  EXPECT_TRUE(marked.has_emptied("app"));
}

// What the disk's collection refuses, the test leaves alone.
void check_same_removals(const StoreProgram& program, bool delete_untagged) {
  StoreBuilder store;
  build(store, program);
  MemoryBucket bucket;
  bucket.fill(store);
  try {
    collect(store.v2(), delete_untagged);
  } catch (const std::runtime_error&) {
    return;
  }
  MarkedBucket marked(bucket, delete_untagged);
  BucketWatch watch = marked.watch();
  RC_ASSERT(marked.sweep(watch.precautions()).complete);
  // Where a repository lost its last manifest, a disk shows the folders that it
  // was in, and a bucket shows nothing: that repository is kept.
  const std::set<std::string> left = bucket.paths();
  const std::set<std::string> files = files_of(store);
  RC_ASSERT(std::ranges::includes(left, files));
  if (!marked.has_pins()) RC_ASSERT(left == files);
}

RC_GTEST_PROP(BucketRemovalProperty, OfARandomStoreIsThatOfADisk, ()) {
  check_same_removals(*healthy_stores(), *rc::gen::arbitrary<bool>());
}

}  // namespace
}  // namespace dregs
