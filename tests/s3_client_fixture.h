// A client of S3 beside a server in memory, with pauses that a test can wait
// for.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "s3_server.h"
#include "scanner/s3/s3_store.h"

namespace dregs {

class S3ClientTest : public testing::Test {
 protected:
  S3ClientTest() {
    store_settings.client.first_pause = std::chrono::milliseconds(1);
    store_settings.client.longest_pause = std::chrono::milliseconds(10);
    // Longer than the server takes on a machine that is busy with other tests.
    store_settings.client.http.stall_timeout = std::chrono::seconds(60);
  }

  S3Server& server() {
    if (!server_) server_ = std::make_unique<S3Server>(server_settings);
    return *server_;
  }

  S3Store& store() {
    if (store_) return *store_;
    BucketAddress address;
    address.bucket = server_settings.bucket;
    address.region = server_settings.region;
    address.region_given = region_given;
    address.secure = false;
    address.path_style = true;
    address.host = server().host();
    CredentialSettings credentials;
    credentials.environment = environment;
    if (environment.empty()) credentials.given = server_settings.credentials;
    store_ =
        std::make_unique<S3Store>(address, credentials, store_settings, counts);
    return *store_;
  }

  std::string error_of(const std::function<void()>& work) {
    try {
      work();
    } catch (const StorageError& error) {
      return error.code() + ": " + error.what();
    }
    return "no error";
  }

  std::vector<std::string> list_all(const std::string& prefix = {}) {
    std::vector<std::string> keys;
    ListRequest request;
    request.prefix = prefix;
    do {
      const ListPage page = store().list(request);
      for (const StoredObject& object : page.objects)
        keys.push_back(object.key);
      request.token = page.next_token;
    } while (!request.token.empty());
    return keys;
  }

  std::vector<NotRemoved> remove(const std::vector<std::string>& keys) {
    std::vector<ObjectName> names;
    for (const std::string& key : keys) names.push_back({key, ""});
    return store().remove(names);
  }

  // Change these before the first call of server() or store().
  S3ServerSettings server_settings;
  StoreSettings store_settings;
  std::vector<std::string> environment;
  bool region_given = false;
  RequestCounts counts;

 private:
  std::unique_ptr<S3Server> server_;
  std::unique_ptr<S3Store> store_;
};

}  // namespace dregs
