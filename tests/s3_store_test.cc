#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include "s3_client_fixture.h"
#include "scanner/s3/bucket_location.h"

namespace dregs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class S3StoreTest : public S3ClientTest {};

const std::vector<std::string> kOddKeys = {" ends with blanks ",
                                           "%41",
                                           "a b",
                                           "a%20b",
                                           "a&b<c>\"d\"'",
                                           "a+b",
                                           "a//b",
                                           "a/../b",
                                           "a/./b",
                                           "c\x01\x1f\r\n\t",
                                           "gr\xc3\xbc\xc3\x9f",
                                           "no utf8 \xff",
                                           "q?uploads&delete=#x",
                                           "z\xef\xbf\xbe"};

TEST_F(S3StoreTest, ListsEveryPageOfABucket) {
  server_settings.page_size = 3;
  for (int i = 0; i < 10; ++i) server().put("k/" + std::to_string(i), "x");
  server().put("other", "x");
  EXPECT_EQ(list_all("k/").size(), 10);
  EXPECT_EQ(counts.list, 4);
  EXPECT_EQ(server().count(Asked::list), 4);
}

TEST_F(S3StoreTest, IsOpenedWhereTheConfigurationSays) {
  server().put("k", "x");
  const auto config = parse_s3_registry_config(
      "version: 0.1\nstorage: {s3: {bucket: registry, region: us-east-1, "
      "regionendpoint: 'http://" +
          server().host() +
          "', accesskey: AKIDTEST, secretkey: the-secret-of-the-test, "
          "storageclass: STANDARD_IA}}",
      {}, "config.yml");
  const auto opened =
      open_bucket(locate_bucket(config->s3, {}, {}), {}, counts);
  EXPECT_EQ(opened->get("k", 1), "x");
  opened->put("new", "y");
  server().with_bucket([](S3Bucket& bucket) {
    EXPECT_EQ(bucket.find("new")->storage_class, "STANDARD_IA");
  });
}

TEST_F(S3StoreTest, ListsFoldersAndWhatComesBehindAKey) {
  for (const char* key : {"r/a/1", "r/a/2", "r/b/1", "r/file"})
    server().put(key, "x");
  const ListPage page = store().list({"r/", "", "", true});
  EXPECT_THAT(page.folders, ElementsAre("r/a/", "r/b/"));
  ASSERT_EQ(page.objects.size(), 1);
  EXPECT_EQ(page.objects[0].key, "r/file");
  EXPECT_EQ(store().list({"r/", "r/a/2", "", false}).objects.size(), 2);
}

TEST_F(S3StoreTest, OddKeysAreListedReadCopiedAndRemoved) {
  for (const std::string& key : kOddKeys) server().put(key, "of " + key);
  EXPECT_THAT(list_all(), testing::UnorderedElementsAreArray(kOddKeys));
  for (const std::string& key : kOddKeys) {
    EXPECT_EQ(store().get(key, 100), "of " + key);
    StoredObject from;
    from.key = key;
    from.etag = md5_hex("of " + key);
    from.size = 3 + key.size();
    store().copy(from, "copy/" + key);
    EXPECT_EQ(server().bytes_of("copy/" + key), "of " + key);
  }
  EXPECT_THAT(remove(kOddKeys), IsEmpty());
  EXPECT_EQ(server().keys().size(), kOddKeys.size());  // the copies
  EXPECT_EQ(server().count(Asked::remove_many), 1);
  // Those that XML cannot carry, or of which a server may cut blanks off.
  EXPECT_EQ(server().count(Asked::remove), 4);
}

TEST_F(S3StoreTest, GetsWhatIsThereAndNothingElse) {
  server().put("k", "12345");
  EXPECT_EQ(store().get("k", 5), "12345");
  EXPECT_EQ(store().get("none", 5), std::nullopt);
  EXPECT_EQ(error_of([&] { store().get("k", 4); }),
            "TooLarge: s3://registry/k: larger than 4 bytes");
  server().put("empty", "");
  EXPECT_EQ(store().get("empty", 5), "");
}

TEST_F(S3StoreTest, ReadsAnObjectInParts) {
  const std::string bytes(1'000'000, 'x');
  server().put("blob", bytes);
  std::string got;
  EXPECT_TRUE(
      store().read("blob", [&](std::string_view part) { got += part; }));
  EXPECT_EQ(got, bytes);
  EXPECT_FALSE(store().read("none", [](std::string_view) {}));
}

TEST_F(S3StoreTest, WhatTheReaderOfAnObjectThrowsReachesItsCaller) {
  server().put("blob", std::string(1'000'000, 'x'));
  EXPECT_THROW(
      store().read("blob",
                   [](std::string_view) { throw std::range_error("enough"); }),
      std::range_error);
  EXPECT_EQ(server().count(Asked::get), 1);
}

TEST_F(S3StoreTest, RemovesAThousandKeysInOneRequest) {
  std::vector<std::string> keys;
  for (int i = 0; i < 2001; ++i) keys.push_back("k" + std::to_string(i));
  for (const std::string& key : keys) server().put(key, "x");
  EXPECT_THAT(remove(keys), IsEmpty());
  EXPECT_THAT(server().keys(), IsEmpty());
  EXPECT_EQ(counts.remove, 3);
}

TEST_F(S3StoreTest, WhatIsGoneAlreadyIsRemoved) {
  EXPECT_THAT(remove({"never", "was \x01"}), IsEmpty());
}

TEST_F(S3StoreTest, RemovesOneByOneWhereTheServerKnowsNoDeleteOfMany) {
  server_settings.takes_delete_of_many = false;
  for (const char* key : {"a", "b", "c"}) server().put(key, "x");
  EXPECT_THAT(remove({"a", "b"}), IsEmpty());
  EXPECT_THAT(remove({"c"}), IsEmpty());
  EXPECT_THAT(server().keys(), IsEmpty());
  EXPECT_EQ(server().count(Asked::remove_many), 1);
}

TEST_F(S3StoreTest, TellsVersionsAndRemovesOne) {
  server().with_bucket([](S3Bucket& bucket) { bucket.versioning = "Enabled"; });
  EXPECT_EQ(store().versioning(), Versioning::enabled);
  server().put("k", "old");
  server().put("k", "new");
  EXPECT_THAT(remove({"k"}), IsEmpty());
  const VersionPage page = store().list_versions("", std::nullopt);
  ASSERT_EQ(page.versions.size(), 3);
  EXPECT_TRUE(page.versions[0].is_delete_marker);
  EXPECT_TRUE(page.versions[0].is_latest);
  EXPECT_EQ(page.versions[1].object.size, 3);
  const ObjectName marker{"k", page.versions[0].version_id};
  EXPECT_THAT(store().remove({&marker, 1}), IsEmpty());
  EXPECT_EQ(server().bytes_of("k"), "new");
}

TEST_F(S3StoreTest, ListsVersionsOverPages) {
  server_settings.page_size = 2;
  server().with_bucket([](S3Bucket& bucket) { bucket.versioning = "Enabled"; });
  for (const char* key : {"a", "a", "a", "b", "b"}) server().put(key, "x");
  std::vector<std::string> ids;
  std::optional<VersionPosition> from;
  do {
    VersionPage page = store().list_versions("", from);
    for (const ObjectVersion& version : page.versions)
      ids.push_back(version.object.key + version.version_id);
    from = page.next;
  } while (from);
  EXPECT_THAT(ids, ElementsAre("av000003", "av000002", "av000001", "bv000005",
                               "bv000004"));
}

TEST_F(S3StoreTest, FindsPendingUploadsCountsTheirBytesAndAbortsThem) {
  server_settings.page_size = 2;
  for (int i = 0; i < 5; ++i)
    server().begin_upload("u/" + std::to_string(i), {"12345", "678", "9"});
  const std::vector<PendingUpload> uploads = store().pending_uploads();
  ASSERT_EQ(uploads.size(), 5);
  EXPECT_EQ(store().bytes_of(uploads[0]), 9);
  for (const PendingUpload& upload : uploads) store().abort(upload);
  store().abort(uploads[0]);  // somebody else was faster
  EXPECT_EQ(store().bytes_of(uploads[0]), 0);
  EXPECT_THAT(store().pending_uploads(), IsEmpty());
}

TEST_F(S3StoreTest, AnUploadWithoutAnIdIsNeverAborted) {
  // That request would remove the object of the same key.
  server().put("k", "x");
  EXPECT_THAT(error_of([&] {
                store().abort({"k", "", 0});
              }),
              HasSubstr("an upload without a name is none"));
  EXPECT_THAT(server().keys(), ElementsAre("k"));
}

TEST_F(S3StoreTest, ACopyKeepsClassAndMetadata) {
  server().put("from", "bytes", "GLACIER_IR");
  server().with_bucket([](S3Bucket& bucket) {
    bucket.keys["from"].back().metadata = {{"x-amz-meta-owner", "me"}};
  });
  store().copy(store().list({}).objects.at(0), "to");
  server().with_bucket([](S3Bucket& bucket) {
    EXPECT_EQ(bucket.find("to")->storage_class, "GLACIER_IR");
    EXPECT_EQ(bucket.find("to")->metadata.at("x-amz-meta-owner"), "me");
  });
}

TEST_F(S3StoreTest, CopiesInPartsWhatIsTooLargeForOneRequest) {
  store_settings.copy.at_once = 10;
  store_settings.copy.part = 4;
  server().put("from", "0123456789a", "STANDARD_IA");
  server().with_bucket([](S3Bucket& bucket) {
    bucket.keys["from"].back().metadata = {{"x-amz-meta-owner", "me"}};
  });
  store().copy(store().list({}).objects.at(0), "to");
  EXPECT_EQ(server().bytes_of("to"), "0123456789a");
  EXPECT_EQ(server().count(Asked::copy), 3);
  server().with_bucket([](S3Bucket& bucket) {
    EXPECT_EQ(bucket.find("to")->storage_class, "STANDARD_IA");
    EXPECT_EQ(bucket.find("to")->metadata.at("x-amz-meta-owner"), "me");
  });
}

TEST_F(S3StoreTest, ACopyInPartsThatFailsLeavesNothing) {
  store_settings.copy.at_once = 10;
  store_settings.copy.part = 4;
  server().put("from", "0123456789a");
  server().inject(
      {.on = Asked::copy, .status = 403, .code = "AccessDenied", .after = 2});
  const StoredObject from = store().list({}).objects.at(0);
  EXPECT_EQ(error_of([&] { store().copy(from, "to"); }),
            "AccessDenied: s3://registry/to: access denied; grant s3:PutObject "
            "and s3:GetObject");
  EXPECT_THAT(store().pending_uploads(), IsEmpty());
  EXPECT_THAT(server().keys(), ElementsAre("from"));
}

TEST_F(S3StoreTest, ACopyOfWhatChangedIsRefused) {
  server().put("from", "bytes");
  const StoredObject from = store().list({}).objects.at(0);
  server().put("from", "other");
  EXPECT_THAT(error_of([&] { store().copy(from, "to"); }),
              HasSubstr("PreconditionFailed: s3://registry/to: "));
  EXPECT_THAT(server().keys(), ElementsAre("from"));
}

TEST_F(S3StoreTest, PutsBytesWithTheirMd5) {
  store().put("link", "sha256:0");
  EXPECT_EQ(server().bytes_of("link"), "sha256:0");
  EXPECT_EQ(counts.put, 1);
}

TEST_F(S3StoreTest, WritesOverWhatWasReadAndOverNothingElse) {
  EXPECT_TRUE(store().put_over("k", "first", ""));
  EXPECT_FALSE(store().put_over("k", "second", ""));
  EXPECT_FALSE(store().put_over("k", "second", md5_hex("other")));
  EXPECT_FALSE(store().put_over("none", "second", md5_hex("first")));
  EXPECT_EQ(server().bytes_of("k"), "first");
  EXPECT_TRUE(store().put_over("k", "second", md5_hex("first")));
  EXPECT_EQ(server().bytes_of("k"), "second");
}

TEST_F(S3StoreTest, WritesWhereTheServerComparesETagsWithTheirQuotes) {
  server().put("k", "first");
  Fault fault;
  fault.on = Asked::put;
  fault.status = 412;
  fault.code = "PreconditionFailed";
  server().inject(fault);
  EXPECT_TRUE(store().put_over("k", "second", md5_hex("first")));
  EXPECT_EQ(server().bytes_of("k"), "second");
}

TEST_F(S3StoreTest, WritesWhereTheServerKnowsNoConditions) {
  Fault fault;
  fault.on = Asked::put;
  fault.status = 501;
  fault.code = "NotImplemented";
  server().inject(fault);
  EXPECT_TRUE(store().put_over("k", "bytes", ""));
  EXPECT_EQ(server().bytes_of("k"), "bytes");
}

TEST_F(S3StoreTest, NowIsTheServersDate) {
  const std::int64_t then = std::time(nullptr) - 86'400;
  server().inject({.on = Asked::list,
                   .kind = Fault::Kind::date,
                   .times = -1,
                   .text = http_date(then)});
  EXPECT_NEAR(static_cast<double>(store().now_ns() / 1'000'000'000),
              static_cast<double>(then), 2);
}

TEST_F(S3StoreTest, NowIsTheEarliestOfDatesThatDisagree) {
  store().list({});
  server().inject({.on = Asked::list,
                   .kind = Fault::Kind::date,
                   .times = 1,
                   .text = http_date(std::time(nullptr) + 86'400)});
  store().list({});
  EXPECT_NEAR(static_cast<double>(store().now_ns() / 1'000'000'000),
              static_cast<double>(std::time(nullptr)), 2);
}

TEST_F(S3StoreTest, NoAgeIsKnownWithoutADate) {
  server().inject(
      {.on = Asked::list, .kind = Fault::Kind::date, .times = -1, .text = ""});
  EXPECT_THAT(error_of([&] { store().now_ns(); }),
              HasSubstr("Date: s3://registry: the server's answers have no "
                        "Date"));
}

TEST_F(S3StoreTest, ConnectionsStayOpenAndAreNeverMoreThanAllowed) {
  store_settings.client.connections = 3;
  server_settings.latency = std::chrono::milliseconds(5);
  server().put("k", "x");
  S3Store& shared = store();  // it is made by the first call
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 5; ++j) shared.get("k", 10);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(server().count(Asked::get), 40);
  EXPECT_EQ(server().most_at_once(), 3);
  EXPECT_LE(server().connections(), 4);
}

TEST_F(S3StoreTest, NoMoreRequestsASecondThanAllowed) {
  store_settings.client.requests_per_second = 100;
  server().put("k", "x");
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 11; ++i) store().get("k", 10);
  EXPECT_GE(std::chrono::steady_clock::now() - begin,
            std::chrono::milliseconds(95));
}

}  // namespace
}  // namespace dregs
