// `verify --quarantine`, `--repair-from` and `--repair-links` in a bucket: as
// on a disk, and what changed meanwhile is left alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gc/bucket_heal/bucket_healer.h"
#include "tests/memory_bucket.h"
#include "tests/paths.h"
#include "tests/served_bucket.h"

namespace dregs {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class HealedBucket : public testing::Test {
 protected:
  HealedBucket() {
    bucket_.fill(store_);
    whole_ = bucket_.served();
  }

  std::string layer() const { return StoreBuilder::blob_path(app_.layers[1]); }
  std::string manifest() const {
    return StoreBuilder::blob_path(app_.manifest);
  }
  std::string link_of_layer() const {
    return StoreBuilder::layer_link_path("app", app_.layers[1]);
  }
  std::string link_of_revision() const {
    return StoreBuilder::revision_path("app", app_.manifest);
  }

  JsonRun verify(std::vector<std::string> words) {
    words.insert(words.begin(), "verify");
    return bucket_.run_for_json(words);
  }
  JsonRun quarantine() { return verify({"--quarantine"}); }
  JsonRun repair() { return verify({"--repair-from", store_.root().string()}); }
  // The same registry again, below another prefix of the bucket.
  void keep_backup() {
    for (const auto& [path, bytes] : whole_)
      bucket_.server().put("backup/docker/registry/v2/" + path, bytes);
  }
  void lose(const std::string& path) {
    bucket_.server().with_bucket(
        [&](S3Bucket& bucket) { bucket.keys.erase(ServedBucket::key(path)); });
  }

  StoreBuilder store_;
  BuiltImage app_ = store_.image("app", "v1", {"base", "app"});
  ServedBucket bucket_;
  std::map<std::string, std::string> whole_;
};

class QuarantineIn : public HealedBucket,
                     public testing::WithParamInterface<std::string> {
 protected:
  QuarantineIn() { bucket_.set_versioning(GetParam()); }
};

TEST_P(QuarantineIn, CorruptDataIsHealedByTheNextPush) {
  bucket_.put_at(layer(), "wrong");
  bucket_.put_at(manifest(), "{}");
  const JsonRun run = quarantine();
  EXPECT_EQ(run.exit_code, 1) << run.err;
  EXPECT_THAT(run.report["push_again"], ElementsAre("app:v1"));
  EXPECT_THAT(run.report["quarantined"], SizeIs(2)) << run.report.dump(2);
  EXPECT_FALSE(bucket_.has(layer()));
  EXPECT_FALSE(bucket_.has(manifest()));
  ASSERT_THAT(bucket_.aside(), Contains(EndsWith(layer())));
  const std::string to = run.report["quarantined"][0]["to"];
  EXPECT_THAT(to, HasSubstr("docker/registry/.dregs/quarantine/"));
  bucket_.fill(store_);
  EXPECT_EQ(verify({}).exit_code, 0);
}

INSTANTIATE_TEST_SUITE_P(Bucket, QuarantineIn,
                         testing::Values("", "Enabled", "Suspended"),
                         [](const auto& each) {
                           return each.param.empty() ? "WithoutVersions"
                                                     : each.param;
                         });

TEST_F(HealedBucket, ALayerLinkWithoutContentGoesAndSoundThingsStay) {
  bucket_.put_at(link_of_layer(), "");
  bucket_.put_at(link_of_revision(), "sha256:nonsense");
  EXPECT_THAT(quarantine().report["quarantined"], SizeIs(1));
  EXPECT_FALSE(bucket_.has(link_of_layer()));
  EXPECT_EQ(bucket_.served().size(), whole_.size() - 1);
}

// As on a disk, where the trash is another folder.
TEST_F(HealedBucket, NeitherGcNorTheTrashTouchesAQuarantine) {
  bucket_.put_at(layer(), "wrong");
  quarantine();
  const auto aside = bucket_.aside();
  ASSERT_THAT(aside, SizeIs(1));
  EXPECT_THAT(bucket_.run_for_json({"trash", "ls"}).report["runs"], IsEmpty());
  EXPECT_EQ(bucket_.run_for_json({"trash", "empty"}).exit_code, 0);
  bucket_.run({"gc", "--min-age", "0"});
  EXPECT_EQ(bucket_.aside(), aside);
}

TEST_F(HealedBucket, WhatCannotBeCopiedIsNotRemoved) {
  bucket_.put_at(layer(), "wrong");
  bucket_.server().deny(Asked::copy);
  const JsonRun run = quarantine();
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_THAT(run.report["quarantined"].dump(), HasSubstr("access denied"));
  EXPECT_EQ(bucket_.read(layer()), "wrong");
}

TEST_F(HealedBucket, NothingIsWrittenBesideARegistryThatMayRun) {
  bucket_.put_at(layer(), "wrong");
  const auto before = bucket_.served();
  for (const char* flag : {"--quarantine", "--repair-links"}) {
    const ProgramResult run = bucket_.run_unproved({"verify", flag});
    EXPECT_EQ(run.exit_code, 3);
    EXPECT_THAT(run.err, HasSubstr("--registry-stopped"));
  }
  bucket_.put_at("repositories/app/_uploads/x/startedat", "now");
  const JsonRun run = repair();
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, HasSubstr("less than an hour ago"));
  EXPECT_EQ(bucket_.read(layer()), "wrong");
  EXPECT_THAT(bucket_.aside(), IsEmpty());
}

TEST_F(HealedBucket, BlobsComeBackFromAFolder) {
  bucket_.put_at(layer(), "wrong");
  lose(manifest());
  const JsonRun run = repair();
  EXPECT_EQ(run.exit_code, 0) << run.report.dump(2);
  EXPECT_THAT(run.report["repaired"], SizeIs(2));
  EXPECT_EQ(bucket_.served(), whole_);
  ASSERT_THAT(bucket_.aside(), SizeIs(1));
  EXPECT_EQ(bucket_.server().bytes_of("registry/docker/registry/.dregs/" +
                                      bucket_.aside()[0]),
            "wrong");
}

TEST_F(HealedBucket, BlobsComeBackFromAnotherBucketOrItsConfiguration) {
  keep_backup();
  const Credentials& keys = bucket_.server().settings().credentials;
  store_.write(store_.root() / "config.yml",
               "version: 0.1\nstorage:\n  s3:\n    bucket: registry\n    "
               "region: us-east-1\n"
               "    rootdirectory: /backup\n    secure: false\n"
               "    regionendpoint: http://" +
                   bucket_.server().host() + "\n    accesskey: " + keys.key_id +
                   "\n    secretkey: " + keys.secret + "\n");
  for (const std::string& from : {std::string("s3://registry/backup"),
                                  (store_.root() / "config.yml").string()}) {
    bucket_.put_at(layer(), "wrong");
    const JsonRun run = verify({"--repair-from", from});
    EXPECT_EQ(run.exit_code, 0) << run.err << run.report.dump(2);
    EXPECT_EQ(bucket_.served(), whole_);
  }
}

TEST_F(HealedBucket, AFolderIsHealedFromABucket) {
  store_.corrupt(app_.layers[1]);
  const Credentials& keys = bucket_.server().settings().credentials;
  const ProgramResult run =
      run_program({"env", "AWS_ACCESS_KEY_ID=" + keys.key_id,
                   "AWS_SECRET_ACCESS_KEY=" + keys.secret, kDregsProgram,
                   "verify", "--root", store_.root().string(), "--repair-from",
                   "s3://registry/registry", "--endpoint",
                   "http://" + bucket_.server().host(), "--region", "us-east-1",
                   "--path-style"});
  EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
  EXPECT_EQ(store_.read(store_.blob_path(app_.layers[1])), "app");
}

TEST_F(HealedBucket, WhatIsCorruptThereTooIsNotTaken) {
  store_.corrupt(app_.layers[1]);
  bucket_.put_at(layer(), "wrong");
  const auto before = bucket_.served();
  const JsonRun run = repair();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.report["repaired"].dump(), HasSubstr("corrupt there, too"));
  EXPECT_EQ(bucket_.served(), before);
  EXPECT_THAT(bucket_.aside(), IsEmpty());
}

TEST_F(HealedBucket, TheSameBucketIsNoOtherRegistry) {
  const JsonRun run = verify({"--repair-from", "s3://registry/registry"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("is this registry itself"));
}

TEST_F(HealedBucket, ALinkThatCanOnlyHaveHeldOneDigestGetsIt) {
  bucket_.put_at(link_of_revision(), "");
  bucket_.put_at(link_of_layer(), app_.layers[0].to_string());
  const JsonRun run = verify({"--repair-links"});
  EXPECT_EQ(run.exit_code, 0) << run.report.dump(2);
  EXPECT_THAT(run.report["repaired"], SizeIs(2));
  EXPECT_EQ(bucket_.served(), whole_);
  EXPECT_THAT(bucket_.aside(), SizeIs(2));
}

TEST_F(HealedBucket, ALinkIsNotWrittenWhereItsBlobIsNotWhatItSays) {
  bucket_.put_at(link_of_layer(), "");
  bucket_.put_at(layer(), "wrong");
  const auto before = bucket_.served();
  EXPECT_EQ(verify({"--repair-links"}).exit_code, 1);
  EXPECT_EQ(bucket_.served(), before);
}

// Below the commands, where somebody writes in between.
class HealerInMemory : public testing::Test {
 protected:
  HealerInMemory() { bucket_.fill(store_); }

  std::vector<Finding> findings() const {
    Finding finding;
    finding.kind = FindingKind::corrupt_blob;
    finding.path = layer_;
    finding.digest = app_.layers[1].to_string();
    return {finding};
  }
  Repaired repair(const StoreReader& from) {
    StopRequest stop;
    std::atomic<std::uint64_t> bytes{0};
    return healer_
        .repair({{Repair::What::blob, layer_, app_.layers[1]}}, &from, stop,
                bytes)
        .at(0);
  }
  std::string now() { return *bucket_.get(bucket_.key(layer_), 1000); }

  StoreBuilder store_;
  BuiltImage app_ = store_.image("app", "v1", {"base", "app"});
  std::string layer_ = StoreBuilder::blob_path(app_.layers[1]);
  MemoryBucket bucket_;
  BucketRoot root_{bucket_, "registry", 4};
  BucketHealer healer_{root_, "run"};
};

TEST_F(HealerInMemory, WhatAPushHealedSinceItWasReadStays) {
  EXPECT_THAT(healer_.quarantine(findings()).at(0).error,
              HasSubstr("changed since"));
  EXPECT_EQ(now(), "app");
}

TEST_F(HealerInMemory, WhatAPushHealsDuringTheCopyStays) {
  bucket_.put_at(layer_, "wrong");
  bucket_.after_copy = [this](const std::string&) {
    bucket_.put_at(layer_, "app");
  };
  EXPECT_THAT(healer_.quarantine(findings()).at(0).error,
              HasSubstr("changed since"));
  EXPECT_EQ(now(), "app");
}

TEST_F(HealerInMemory, ARepairGoesOverNothingThatCameMeanwhile) {
  MemoryBucket other;
  other.fill(store_);
  const BucketRoot other_root(other, "registry", 4);
  const BucketReader reader(other_root);
  bucket_.heeds_conditions = false;
  bucket_.put_at(layer_, "wrong");
  bucket_.after_copy = [this](const std::string&) {
    bucket_.put_at(layer_, "another");
  };
  EXPECT_THAT(repair(reader).error, HasSubstr("changed since"));
  EXPECT_EQ(now(), "another");
  bucket_.after_copy = nullptr;
  bucket_.put_at(layer_, "app");
  EXPECT_EQ(repair(reader).outcome, Repaired::Outcome::done);
  EXPECT_EQ(repair(reader).replaced, "");
}

TEST_F(HealerInMemory, OnlyBlobsAndLayerLinksAreMovedAway) {
  std::vector<Finding> wrong = findings();
  wrong[0].path = StoreBuilder::tag_path("app", "v1");
  bucket_.put_at(layer_, "wrong");
  EXPECT_NE(healer_.quarantine(wrong).at(0).error, "");
  EXPECT_TRUE(bucket_.get(bucket_.key(wrong[0].path), 1000));
}

// An object in parts: nobody sees it before its end, and none is left over.
class ObjectInParts : public testing::Test {
 protected:
  ObjectInParts() : store_(make()) {}

  S3Store make() {
    BucketAddress address;
    address.bucket = server_.settings().bucket;
    address.region = server_.settings().region;
    address.secure = false;
    address.path_style = true;
    address.host = server_.host();
    CredentialSettings credentials;
    credentials.given = server_.settings().credentials;
    StoreSettings settings;
    settings.part = 4;
    return S3Store(address, credentials, settings, counts_);
  }

  S3Server server_;
  RequestCounts counts_;
  S3Store store_;
};

TEST_F(ObjectInParts, IsThereWholeOrNotAtAll) {
  {
    const auto object = store_.create("a/b");
    object->add("0123");
    object->add("456789");
    EXPECT_THAT(server_.keys(), IsEmpty());
    EXPECT_TRUE(object->put_over(""));
  }
  EXPECT_EQ(server_.bytes_of("a/b"), "0123456789");
  store_.create("a/c")->add("0123456789");
  const auto late = store_.create("a/b");
  late->add("another one");
  EXPECT_FALSE(late->put_over(""));
  EXPECT_EQ(server_.bytes_of("a/b"), "0123456789");
}

TEST_F(ObjectInParts, NothingPendsOfOneThatWasGivenUp) {
  store_.create("a/c")->add("0123456789");
  store_.create("a/d")->add("01");
  EXPECT_THAT(store_.pending_uploads(), IsEmpty());
  EXPECT_THAT(server_.keys(), IsEmpty());
}

TEST_F(ObjectInParts, OneThatIsSmallIsOneRequest) {
  const auto object = store_.create("a/b");
  object->add("0123");
  EXPECT_TRUE(object->put_over(""));
  EXPECT_EQ(server_.requests(), 1U);
}

}  // namespace
}  // namespace dregs
