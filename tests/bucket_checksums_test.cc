// `verify --checksums`: what the storage itself hashed is not downloaded
// (object-storage.md#6).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/requests/signature.h"
#include "tests/paths.h"
#include "tests/served_bucket.h"

namespace dregs {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class KeptChecksums : public testing::Test {
 protected:
  KeptChecksums() { bucket_.fill(store_); }

  // What the storage says of the blob's object.
  void keep(const Digest& digest, const std::string& checksum,
            const std::string& type = "FULL_OBJECT") {
    bucket_.server().with_bucket([&](S3Bucket& bucket) {
      KeptVersion& object =
          bucket.keys.at(ServedBucket::key(StoreBuilder::blob_path(digest)))
              .back();
      object.metadata["x-amz-checksum-sha256"] = checksum;
      if (!type.empty()) object.metadata["x-amz-checksum-type"] = type;
    });
  }
  static std::string sha256_of(const Digest& digest) {
    return hash_base64(digest.bytes);
  }
  void spoil(const Digest& digest) {
    bucket_.put_at(StoreBuilder::blob_path(digest), "wrong");
  }
  JsonRun verify() {
    return bucket_.run_for_json({"verify", "--checksums", "--verbose"});
  }
  static int number(const JsonRun& run, const char* key) {
    return run.report["blobs"][key];
  }

  StoreBuilder store_;
  BuiltImage app_ = store_.image("app", "v1", {"base", "app"});
  ServedBucket bucket_;
};

TEST_F(KeptChecksums, ABlobThatTheStorageHashedToItsDigestIsNotRead) {
  const JsonRun all = bucket_.run_for_json({"verify"});
  const auto gets = bucket_.server().count(Asked::get);
  for (const Digest& layer : app_.layers) keep(layer, sha256_of(layer));
  const JsonRun run = verify();
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(number(run, "by_checksum"), 2);
  EXPECT_EQ(number(run, "checked"), number(all, "checked") - 2);
  EXPECT_EQ(bucket_.server().count(Asked::get), 2 * gets - 2);
}

// It is the storage's word against the bytes: these are looked at.
TEST_F(KeptChecksums, AnotherChecksumIsNotBelieved) {
  keep(app_.layers[0], sha256_of(app_.layers[1]));
  EXPECT_EQ(verify().exit_code, 0);
  spoil(app_.layers[1]);
  keep(app_.layers[1], sha256_of(sha256("wrong")));
  const JsonRun run = verify();
  EXPECT_EQ(run.exit_code, 1) << run.err;
  EXPECT_EQ(number(run, "by_checksum"), 0);
  EXPECT_EQ(number(run, "corrupt"), 1);
}

TEST_F(KeptChecksums, TheChecksumOfAnUploadInPartsSaysNothing) {
  const Digest layer = app_.layers[0];
  keep(layer, sha256_of(layer), "COMPOSITE");
  EXPECT_EQ(number(verify(), "by_checksum"), 0);
  keep(layer, sha256_of(layer) + "-2", "");
  EXPECT_EQ(number(verify(), "by_checksum"), 0);
}

TEST_F(KeptChecksums, WithoutTheFlagEverythingIsRead) {
  const Digest layer = app_.layers[0];
  spoil(layer);
  keep(layer, sha256_of(layer));
  EXPECT_EQ(bucket_.run_for_json({"verify"}).report["blobs"]["corrupt"], 1);
}

// A later run without the flag is to read it.
TEST_F(KeptChecksums, ABlobThatWasNotReadIsNotRememberedAsProved) {
  const std::string state = (store_.root() / "state").string();
  keep(app_.layers[0], sha256_of(app_.layers[0]));
  bucket_.run({"verify", "--checksums", "--state", state});
  const JsonRun run =
      bucket_.run_for_json({"verify", "--state", state, "--since", "30d"});
  EXPECT_EQ(number(run, "checked"), 1);
}

TEST_F(KeptChecksums, AFolderHasNone) {
  const ProgramResult run = run_dregs(store_, {"verify", "--checksums"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("--checksums is for a bucket"));
}

}  // namespace
}  // namespace dregs
