// deploy/s3: each policy allows what its kind of work asks for. A server that
// denies all else lets it through.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <set>

#include "tests/paths.h"
#include "tests/served_bucket.h"

namespace dregs {
namespace {

constexpr std::pair<Asked, const char*> kNeeds[] = {
    {Asked::list, "s3:ListBucket"},
    {Asked::versions, "s3:ListBucketVersions"},
    {Asked::uploads, "s3:ListBucketMultipartUploads"},
    {Asked::parts, "s3:ListMultipartUploadParts"},
    {Asked::versioning, "s3:GetBucketVersioning"},
    {Asked::get, "s3:GetObject"},
    {Asked::head, "s3:GetObject"},
    {Asked::put, "s3:PutObject"},
    {Asked::copy, "s3:PutObject"},
    {Asked::begin_upload, "s3:PutObject"},
    {Asked::complete_upload, "s3:PutObject"},
    {Asked::remove, "s3:DeleteObject"},
    {Asked::remove_many, "s3:DeleteObject"},
    {Asked::abort_upload, "s3:AbortMultipartUpload"}};

std::set<std::string> actions_of(const std::string& policy) {
  std::ifstream file(kSourceFolder + ("/deploy/s3/" + policy));
  std::set<std::string> actions;
  const nlohmann::json document = nlohmann::json::parse(file);
  for (const auto& statement : document.at("Statement"))
    for (const std::string action : statement.at("Action"))
      actions.insert(action);
  return actions;
}

class PolicyOf : public testing::Test {
 protected:
  // Whatever the policy does not allow is denied from now on.
  void obey(const std::string& policy) {
    const std::set<std::string> allowed = actions_of(policy);
    for (const auto& [asked, permission] : kNeeds)
      if (!allowed.contains(permission)) bucket_.server().deny(asked);
  }

  void fill(const std::string& versioning) {
    const BuiltImage gone = store_.image("app", "old", {"base", "gone"});
    store_.remove("repositories/app/_manifests/tags/old");
    bucket_.set_versioning(versioning);
    bucket_.fill(store_);
    bucket_.server().begin_upload(
        ServedBucket::key("repositories/app/_uploads/"
                          "0a0a0a0a-0000-4000-8000-000000000000/data"),
        {"part"});
    bucket_.age_everything(std::chrono::hours(1000));
  }

  int run(const std::vector<std::string>& command) {
    const ProgramResult result = bucket_.run(command);
    if (result.exit_code != 0) ADD_FAILURE() << result.out << result.err;
    return result.exit_code;
  }

  StoreBuilder store_;
  BuiltImage kept_ = store_.image("app", "v1", {"base", "app"});
  ServedBucket bucket_;
};

TEST_F(PolicyOf, LookingIsEnoughToLook) {
  fill("");
  obey("look.json");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"gc", "-n", "-m"},
        {"ls", "app"},
        {"inspect", "app:v1"},
        {"du"},
        {"verify"}})
    EXPECT_EQ(run(command), 0) << command[0];
  EXPECT_EQ(bucket_.run({"gc", "-m"}).exit_code, 4);
}

TEST_F(PolicyOf, CollectingIsEnoughToCollect) {
  fill("");
  obey("collect.json");
  EXPECT_EQ(run({"gc", "-m"}), 0);
  EXPECT_EQ(run({"rm", "app:v1"}), 0);
}

TEST_F(PolicyOf, HealingNeedsNoVersions) {
  fill("");
  bucket_.put_at(StoreBuilder::blob_path(kept_.layers[1]), "wrong");
  obey("collect-and-heal.json");
  EXPECT_EQ(run({"verify", "--quarantine", "--repair-links", "--repair-from",
                 store_.root().string()}),
            0);
  EXPECT_EQ(run({"gc", "-m", "--trash"}), 0);
  EXPECT_EQ(run({"trash", "restore", "latest"}), 0);
}

TEST_F(PolicyOf, VersionsAreForTheTrashAndThePurge) {
  fill("Enabled");
  obey("versions.json");
  EXPECT_EQ(run({"gc", "-m", "--trash"}), 0);
  EXPECT_EQ(run({"trash", "restore", "latest"}), 0);
  EXPECT_EQ(run({"gc", "-m", "--purge-versions"}), 0);
}

}  // namespace
}  // namespace dregs
