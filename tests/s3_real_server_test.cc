// The client of S3 against a real server, which tests/e2e/s3_client_test
// starts: DREGS_S3_ENDPOINT says where, with AWS' variables for region and
// keys.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "s3_bucket.h"
#include "scanner/s3/bucket_location.h"
#include "scanner/s3/s3_store.h"

extern char** environ;

namespace dregs {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto kRealBucket = "dregs-client";

class RealS3 : public testing::Test {
 protected:
  void SetUp() override {
    const char* endpoint = std::getenv("DREGS_S3_ENDPOINT");
    if (endpoint == nullptr) GTEST_SKIP() << "DREGS_S3_ENDPOINT is not set";
    std::vector<std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry)
      environment.emplace_back(*entry);
    location = locate_bucket(
        {fmt::format("s3://{}", kRealBucket), endpoint, "", true}, environment);
    client_settings.connections = 8;
    S3Request create;
    create.kind = RequestKind::put;
    create.method = "PUT";
    client = std::make_unique<S3Client>(location.address, location.credentials,
                                        client_settings, counts);
    client->ask(create);
    StoreSettings settings;
    settings.client = client_settings;
    settings.copy.at_once = 6U << 20U;
    settings.copy.part = 5U << 20U;
    store = std::make_unique<S3Store>(location.address, location.credentials,
                                      settings, counts);
    remove_all();
  }

  std::vector<StoredObject> list_all(const std::string& prefix = {}) {
    std::vector<StoredObject> objects;
    ListRequest request;
    request.prefix = prefix;
    do {
      const ListPage page = store->list(request);
      objects.insert(objects.end(), page.objects.begin(), page.objects.end());
      request.token = page.next_token;
    } while (!request.token.empty());
    return objects;
  }

  void remove_all() {
    std::vector<ObjectName> names;
    for (const StoredObject& object : list_all())
      names.push_back({object.key, ""});
    ASSERT_THAT(store->remove(names), IsEmpty());
    for (const PendingUpload& upload : store->pending_uploads())
      store->abort(upload);
  }

  // An upload with one part of so many bytes.
  void begin_upload(const std::string& key, std::size_t bytes) {
    S3Request begin;
    begin.method = "POST";
    begin.key = key;
    begin.query = {{"uploads", ""}};
    const std::string id = read_upload_id(client->ask(begin).http.body);
    S3Request part;
    part.method = "PUT";
    part.key = key;
    part.query = {{"partNumber", "1"}, {"uploadId", id}};
    part.body = std::string(bytes, 'x');
    client->ask(part);
  }

  BucketLocation location;
  ClientSettings client_settings;
  RequestCounts counts;
  std::unique_ptr<S3Client> client;
  std::unique_ptr<S3Store> store;
};

TEST_F(RealS3, ListsPagesSortedWithTheETagsThatProveLinks) {
  for (int i = 0; i < 1100; ++i)
    store->put(fmt::format("k/{:04}", i), "sha256:0");
  const std::vector<StoredObject> objects = list_all("k/");
  ASSERT_EQ(objects.size(), 1100);
  EXPECT_EQ(objects[7].etag, md5_hex("sha256:0"));
  EXPECT_EQ(objects[7].size, 8);
  EXPECT_NEAR(static_cast<double>(objects[7].modified_ns / 1'000'000'000),
              static_cast<double>(store->now_ns() / 1'000'000'000), 60);
  EXPECT_EQ(store->list({"k/", "k/1097", "", false}).objects.size(), 2);
  EXPECT_EQ(store->list({"", "", "", true}).folders,
            std::vector<std::string>{"k/"});
}

TEST_F(RealS3, OddKeysAreWrittenListedReadCopiedAndRemoved) {
  const std::vector<std::string> keys = {" ends with blanks ",
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
                                         "q?uploads&delete=#x"};
  for (const std::string& key : keys) store->put(key, "of " + key);
  for (const StoredObject& object : list_all())
    store->copy(object, "copy/" + object.key);
  for (const std::string& key : keys) {
    EXPECT_EQ(store->get(key, 100), "of " + key);
    EXPECT_EQ(store->get("copy/" + key, 100), "of " + key);
  }
  std::vector<ObjectName> names;
  for (const StoredObject& object : list_all())
    names.push_back({object.key, ""});
  EXPECT_EQ(names.size(), 2 * keys.size());
  EXPECT_THAT(store->remove(names), IsEmpty());
  EXPECT_THAT(list_all(), IsEmpty());
}

TEST_F(RealS3, WritesOverWhatWasReadAndOverNothingElse) {
  EXPECT_TRUE(store->put_over("k", "first", ""));
  EXPECT_FALSE(store->put_over("k", "second", ""));
  EXPECT_FALSE(store->put_over("k", "second", md5_hex("other")));
  EXPECT_EQ(store->get("k", 10), "first");
  EXPECT_TRUE(store->put_over("k", "second", md5_hex("first")));
  EXPECT_EQ(store->get("k", 10), "second");
}

TEST_F(RealS3, WhatIsNotThereIsNotReadAndCountsAsRemoved) {
  EXPECT_EQ(store->get("none", 10), std::nullopt);
  EXPECT_FALSE(store->read("none", [](std::string_view) {}));
  const ObjectName none{"none", ""};
  EXPECT_THAT(store->remove({&none, 1}), IsEmpty());
}

TEST_F(RealS3, FindsPendingUploadsCountsTheirBytesAndAbortsThem) {
  begin_upload("docker/registry/v2/a+b c", 1'000'000);
  begin_upload("other", 5);
  std::vector<PendingUpload> uploads = store->pending_uploads();
  ASSERT_EQ(uploads.size(), 2);
  std::sort(uploads.begin(), uploads.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  EXPECT_EQ(uploads[0].key, "docker/registry/v2/a+b c");
  EXPECT_EQ(store->bytes_of(uploads[0]), 1'000'000);
  for (const PendingUpload& upload : uploads) store->abort(upload);
  store->abort(uploads[0]);
  EXPECT_THAT(store->pending_uploads(), IsEmpty());
}

TEST_F(RealS3, CopiesInPartsAndReadsThem) {
  std::string bytes;
  while (bytes.size() < (11U << 20U)) bytes += fmt::format("{},", bytes.size());
  store->put("from", bytes);
  store->copy(list_all("from").at(0), "to");
  std::string got;
  EXPECT_TRUE(store->read("to", [&](std::string_view part) { got += part; }));
  EXPECT_TRUE(got == bytes);
  EXPECT_THAT(store->pending_uploads(), IsEmpty());
}

TEST_F(RealS3, TellsVersionsMakesMarkersAndTakesThemBack) {
  EXPECT_EQ(store->versioning(), Versioning::never);
  const auto versions = [&] {
    return store->list_versions("", std::nullopt).versions;
  };
  S3Request enable;
  enable.kind = RequestKind::put;
  enable.method = "PUT";
  enable.query = {{"versioning", ""}};
  enable.body =
      "<VersioningConfiguration><Status>Enabled</Status>"
      "</VersioningConfiguration>";
  enable.headers = {{"content-md5", md5_base64(enable.body)}};
  // A bucket of its own: its versioning is never undone.
  location.address.bucket +=
      fmt::format("-versions-{}",
                  std::chrono::system_clock::now().time_since_epoch().count());
  client = std::make_unique<S3Client>(location.address, location.credentials,
                                      client_settings, counts);
  S3Request create;
  create.method = "PUT";
  client->ask(create);
  client->ask(enable);
  store = std::make_unique<S3Store>(
      location.address, location.credentials,
      StoreSettings{client_settings, {}, {}, 1000}, counts);
  EXPECT_EQ(store->versioning(), Versioning::enabled);
  // More than a page, with names that an encoding changes.
  for (int i = 0; i < 1005; ++i)
    store->put(fmt::format("p/a+b %{:04}", i), "x");
  std::vector<ObjectName> pages;
  std::optional<VersionPosition> from;
  do {
    const VersionPage page = store->list_versions("p/", from);
    for (const ObjectVersion& version : page.versions)
      pages.push_back({version.object.key, version.version_id});
    from = page.next;
  } while (from);
  EXPECT_EQ(pages.size(), 1005);
  EXPECT_THAT(store->remove(pages), IsEmpty());
  store->put("k", "old");
  store->put("k", "newer");
  const ObjectName latest{"k", ""};
  EXPECT_THAT(store->remove({&latest, 1}), IsEmpty());
  EXPECT_EQ(store->get("k", 10), std::nullopt);
  ASSERT_EQ(versions().size(), 3);
  EXPECT_TRUE(versions()[0].is_delete_marker);
  EXPECT_EQ(versions()[1].object.size, 5);
  const ObjectName marker{"k", versions()[0].version_id};
  EXPECT_THAT(store->remove({&marker, 1}), IsEmpty());
  EXPECT_EQ(store->get("k", 10), "newer");
  for (const ObjectVersion& version : versions()) {
    const ObjectName name{"k", version.version_id};
    EXPECT_THAT(store->remove({&name, 1}), IsEmpty());
  }
  EXPECT_THAT(versions(), IsEmpty());
}

TEST_F(RealS3, AWrongSecretAndAMissingBucketAreNamed) {
  const auto error_of = [&](S3Store& asked) -> std::string {
    try {
      asked.list({});
    } catch (const StorageError& error) {
      return error.what();
    }
    return "no error";
  };
  const StoreSettings settings{client_settings, {}, {}, 1000};
  CredentialSettings wrong;
  wrong.given = {std::getenv("AWS_ACCESS_KEY_ID"), "wrong", "", 0};
  S3Store unknown(location.address, wrong, settings, counts);
  EXPECT_THAT(error_of(unknown), HasSubstr("check the secret key"));
  location.address.bucket = "no-such-bucket";
  S3Store missing(location.address, location.credentials, settings, counts);
  EXPECT_THAT(error_of(missing), HasSubstr("there is no such bucket"));
}

}  // namespace
}  // namespace dregs
