#include "scanner/s3/bucket_location.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace dregs {
namespace {

using testing::HasSubstr;

using Variables = std::vector<std::string>;

std::string config_of(const std::string& driver) {
  return "version: 0.1\nstorage:\n  " + driver + "\n";
}

std::string s3_config(const std::string& more) {
  return config_of("s3: {bucket: images, region: eu-west-1" + more + "}");
}

S3Settings settings_of(const std::string& yaml, const Variables& set = {}) {
  return parse_s3_registry_config(yaml, set, "config.yml").value().s3;
}

BucketLocation located(const std::string& yaml, const Variables& set = {},
                       const BucketFlags& flags = {}) {
  return locate_bucket(settings_of(yaml, set), flags, set);
}

std::string url_by(const BucketLocation& location) {
  return url_of(location.address, path_of(location.address, "k"), "");
}

std::string config_error(const std::function<void()>& work) {
  try {
    work();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(BucketLocation, IsReadFromARootAndItsFlags) {
  const BucketLocation location =
      locate_bucket({"s3://images/a/b/", "", "eu-west-1", false}, {});
  EXPECT_EQ(location.address.bucket, "images");
  EXPECT_EQ(location.prefix, "a/b");
  EXPECT_TRUE(location.address.region_given);
  EXPECT_EQ(url_by(location), "https://images.s3.eu-west-1.amazonaws.com/k");
  EXPECT_EQ(shown_location(location),
            "s3://images/a/b at https://s3.eu-west-1.amazonaws.com");
}

TEST(BucketLocation, TakesRegionAndEndpointFromTheEnvironment) {
  const Variables set = {"AWS_DEFAULT_REGION=r2", "AWS_REGION=r1",
                         "AWS_ENDPOINT_URL=http://all:9000",
                         "AWS_ENDPOINT_URL_S3=http://s3.example:80"};
  const BucketLocation location =
      locate_bucket({"s3://images", "", "", true}, set);
  EXPECT_EQ(location.address.region, "r1");
  EXPECT_EQ(url_by(location), "http://s3.example/images/k");
  EXPECT_EQ(url_by(locate_bucket(
                {"s3://images", "https://flag.example:9000", "", false}, set)),
            "https://images.flag.example:9000/k");
}

TEST(BucketLocation, WithoutARegionFollowsTheServers) {
  const BucketLocation location =
      locate_bucket({"s3://images", "", "", false}, {});
  EXPECT_FALSE(location.address.region_given);
  EXPECT_EQ(location.address.region, "us-east-1");
}

TEST(BucketLocation, UsesPathStyleWhereNoHostCanBeNamedAfterTheBucket) {
  for (const char* endpoint :
       {"http://127.0.0.1:9000", "http://[::1]:9000", "http://localhost:9000"})
    EXPECT_EQ(url_by(locate_bucket({"s3://images", endpoint, "", false}, {})),
              std::string(endpoint) + "/images/k");
  EXPECT_EQ(url_by(locate_bucket({"s3://my.images", "", "", false}, {})),
            "https://s3.us-east-1.amazonaws.com/my.images/k");
}

TEST(BucketLocation, RefusesWhatIsNone) {
  const auto refusal = [](const BucketFlags& flags) {
    return config_error([&] { locate_bucket(flags, {}); });
  };
  EXPECT_EQ(refusal({"s3://", "", "", false}),
            "--root: \"\" is not a bucket's name");
  EXPECT_EQ(refusal({"s3://a b/c", "", "", false}),
            "--root: \"a b\" is not a bucket's name");
  for (const char* endpoint :
       {"ftp://x", "http://user:pass@x", "https://", "http://x/path"})
    EXPECT_EQ(refusal({"s3://images", endpoint, "", false}),
              "--endpoint: must be an endpoint such as https://HOST or "
              "http://HOST:PORT");
  EXPECT_EQ(refusal({"s3://images", "", "eu/west", false}),
            "--region: \"eu/west\" is not a region's name");
}

TEST(S3Config, IsReadWithAllThatReachesTheBucket) {
  const BucketLocation location = located(s3_config(
      ", rootdirectory: /a/b/, accesskey: AKID, secretkey: s3cret/+, "
      "sessiontoken: tok, skipverify: true, encrypt: true, keyid: key-1, "
      "storageclass: STANDARD_IA, objectacl: private, useragent: me/1, "
      "chunksize: 5242880, multipartcopychunksize: 33554432, v4auth: true, "
      "accelerate: false, loglevel: debug"));
  EXPECT_EQ(location.prefix, "a/b");
  EXPECT_EQ(location.set_by, "config.yml:3");
  EXPECT_EQ(location.credentials.given.key_id, "AKID");
  EXPECT_EQ(location.credentials.given.secret, "s3cret/+");
  EXPECT_EQ(location.credentials.given.session_token, "tok");
  EXPECT_TRUE(location.http.skip_verify);
  EXPECT_EQ(location.http.user_agent, "me/1");
  ASSERT_EQ(location.put_headers.size(), 4);
  EXPECT_EQ(location.put_headers[0].value, "aws:kms");
  EXPECT_EQ(location.put_headers[3].value, "STANDARD_IA");
  EXPECT_EQ(location.copy_headers.size(), 3);
  EXPECT_EQ(url_by(location), "https://images.s3.eu-west-1.amazonaws.com/k");
}

TEST(S3Config, PathStyleIsWhatBothLinesOfReleasesMean) {
  const std::string endpoint = ", regionendpoint: https://minio.example:9000";
  // 2.8 always, and 3.x by its default.
  EXPECT_EQ(url_by(located(s3_config(endpoint))),
            "https://minio.example:9000/images/k");
  EXPECT_EQ(url_by(located(s3_config(endpoint + ", forcepathstyle: false"))),
            "https://images.minio.example:9000/k");
  EXPECT_EQ(url_by(located(s3_config(", forcepathstyle: true"))),
            "https://s3.eu-west-1.amazonaws.com/images/k");
}

TEST(S3Config, SecureSaysTheSchemeWhereTheEndpointHasNone) {
  EXPECT_EQ(url_by(located(s3_config(", regionendpoint: 'minio:9000'"))),
            "https://minio:9000/images/k");
  EXPECT_EQ(url_by(located(
                s3_config(", regionendpoint: 'minio:9000', secure: false"))),
            "http://minio:9000/images/k");
  EXPECT_EQ(url_by(located(s3_config(
                ", regionendpoint: 'https://minio:9000', secure: false"))),
            "https://minio:9000/images/k");
}

TEST(S3Config, NamesTheEndpointsOfAmazon) {
  const auto host = [](const std::string& more) {
    return endpoint_host(located(s3_config(more)).address);
  };
  EXPECT_EQ(host(", usedualstack: true"),
            "s3.dualstack.eu-west-1.amazonaws.com");
  EXPECT_EQ(host(", usefipsendpoint: true"), "s3-fips.eu-west-1.amazonaws.com");
  EXPECT_EQ(host(", usedualstack: true, usefipsendpoint: true"),
            "s3-fips.dualstack.eu-west-1.amazonaws.com");
  EXPECT_EQ(endpoint_host(
                located(config_of("s3: {bucket: images, region: cn-north-1}"))
                    .address),
            "s3.cn-north-1.amazonaws.com.cn");
}

TEST(S3Config, TheEnvironmentAndFlagsWinOverTheFile) {
  const Variables set = {"REGISTRY_STORAGE_S3_BUCKET=other",
                         "REGISTRY_STORAGE_S3_SECURE=false",
                         "REGISTRY_STORAGE_S3_ROOTDIRECTORY=/x",
                         "REGISTRY_STORAGE_S3_REGIONENDPOINT=minio:9000"};
  EXPECT_EQ(url_by(located(s3_config(""), set)), "http://minio:9000/other/k");
  EXPECT_EQ(located(s3_config(""), set).prefix, "x");
  EXPECT_EQ(url_by(located(s3_config(""), set, {"", "http://me:1", "r", true})),
            "http://me:1/other/k");
  EXPECT_EQ(settings_of("version: 0.1", {"REGISTRY_STORAGE=s3",
                                         "REGISTRY_STORAGE_S3_BUCKET=b-1",
                                         "REGISTRY_STORAGE_S3_REGION=r"})
                .set_by,
            "REGISTRY_STORAGE");
}

TEST(S3Config, OfTheDriverS3awsIsTheSame) {
  EXPECT_EQ(settings_of(config_of("s3aws: {bucket: images, region: r}")).bucket,
            "images");
}

TEST(S3Config, TellsAlsoWhatTheServerDoesBesides) {
  const auto config = parse_s3_registry_config(
      s3_config("") +
          "  maintenance: {readonly: {enabled: true}}\n"
          "http: {addr: ':5000'}\nproxy: {remoteurl: https://x}\n",
      {}, "config.yml");
  ASSERT_TRUE(config);
  EXPECT_TRUE(config->registry.readonly);
  EXPECT_TRUE(config->registry.proxy);
  EXPECT_EQ(config->registry.http_addr, ":5000");
}

TEST(S3Config, IsNoneOfAFilesystem) {
  EXPECT_FALSE(
      parse_s3_registry_config("version: 0.1\nstorage: filesystem", {}, "c"));
}

TEST(S3Config, RefusesWhatTheRegistryWould) {
  const auto refusal = [](const std::string& yaml) {
    return config_error([&] { settings_of(yaml); });
  };
  EXPECT_EQ(
      refusal(config_of("s3: {region: r}")),
      "config.yml:3: storage.s3.bucket: missing; the registry demands it");
  EXPECT_EQ(
      refusal(config_of("s3: {bucket: images}")),
      "config.yml:3: storage.s3.region: missing; the registry demands it");
  for (const char* value : {"maybe", "1", "'yes'", "[]", "2"})
    EXPECT_EQ(refusal(s3_config(fmt::format(", secure: {}", value))),
              "config.yml:3: storage.s3.secure: must be true or false")
        << value;
  for (const char* value : {"yes", "'1'", "'t'", "True"})
    EXPECT_EQ(refusal(s3_config(fmt::format(", secure: {}", value))),
              "no error")
        << value;
}

TEST(S3Config, RefusesASecretThatYamlWouldChangeAndDoesNotShowIt) {
  for (const char* value : {"0x12ab", "0123", "1e5", "12_34", "yes", "1.50",
                            "2026-01-01", "-7", "1234567890123456789012"})
    EXPECT_EQ(config_error([&] {
                settings_of(s3_config(fmt::format(", secretkey: {}", value)));
              }),
              "config.yml:3: storage.s3.secretkey: is not text to YAML; put it "
              "in quotes")
        << value;
  for (const char* value : {"12345", "9drTJvcXLB89", "'0123'", "0x12xy", "a0",
                            "1f2e3d4c", "+abc/def", "no-no"})
    EXPECT_EQ(config_error([&] {
                settings_of(s3_config(fmt::format(", secretkey: {}", value)));
              }),
              "no error")
        << value;
}

TEST(S3Config, NamesTheWayThatExistsForOtherDrivers) {
  for (const auto& [driver, way] :
       std::vector<std::pair<std::string, std::string>>{
           {"gcs", "https://storage.googleapis.com"},
           {"swift", "s3api"},
           {"oss", "aliyuncs.com"},
           {"azure", "copy the container into a folder"},
           {"somewhere", "filesystem and s3"}})
    EXPECT_THAT(config_error([&, driver = driver] {
                  settings_of(config_of(driver + ": {a: b}"));
                }),
                HasSubstr(way));
}

}  // namespace
}  // namespace dregs
