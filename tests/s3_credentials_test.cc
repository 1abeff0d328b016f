#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "http_server.h"
#include "s3_client_fixture.h"
#include "scanner/credentials/credential_chain.h"
#include "scanner/credentials/shared_files.h"

namespace dregs {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kHour = 3'600'000'000'000;
constexpr std::int64_t kNow = 1'795'777'500'000'000'000;  // 2026-11-27T11:05

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() {
    folder = testing::TempDir() + "dregs-credentials-" +
             testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder + "/.aws");
    settings.environment = {"HOME=" + folder, "AWS_EC2_METADATA_DISABLED=true"};
    settings.now_ns = [this] { return now; };
  }
  ~CredentialsTest() override { std::filesystem::remove_all(folder); }

  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder + "/" + name) << bytes;
  }
  void set(const std::string& variable) {
    settings.environment.insert(settings.environment.begin(), variable);
  }
  CredentialChain& chain() {
    if (!chain_) chain_ = std::make_unique<CredentialChain>(settings);
    return *chain_;
  }
  std::string found() {
    try {
      return chain().current().key_id;
    } catch (const StorageError& error) {
      return error.code() + ": " + error.what();
    }
  }

  std::string folder;
  CredentialSettings settings;
  std::int64_t now = kNow;

 private:
  std::unique_ptr<CredentialChain> chain_;
};

std::string json_keys(const std::string& id, const std::string& until) {
  return fmt::format(
      R"({{"Code":"Success","AccessKeyId":"{}","SecretAccessKey":"s","Token":"t",)"
      R"("Expiration":"{}"}})",
      id, until);
}

ServedAnswer text_answer(const std::string& body, int status = 200) {
  ServedAnswer answer;
  answer.status = status;
  answer.body = body;
  return answer;
}

TEST_F(CredentialsTest, ThoseOfTheConfigurationComeFirst) {
  settings.given = {"GIVEN", "s", "", 0};
  set("AWS_ACCESS_KEY_ID=ENV");
  set("AWS_SECRET_ACCESS_KEY=s");
  EXPECT_EQ(found(), "GIVEN");
}

TEST_F(CredentialsTest, ThoseOfTheEnvironmentComeBeforeTheFiles) {
  write(".aws/credentials",
        "[default]\naws_access_key_id=FILE\naws_secret_access_key=s\n");
  set("AWS_ACCESS_KEY_ID=ENV");
  set("AWS_SECRET_ACCESS_KEY=s");
  set("AWS_SESSION_TOKEN=tok");
  EXPECT_EQ(found(), "ENV");
  EXPECT_EQ(chain().current().session_token, "tok");
}

TEST_F(CredentialsTest, OfAProfileStandInEitherSharedFile) {
  write(".aws/credentials",
        "[default]\naws_access_key_id = FILE\n"
        "aws_secret_access_key = s\n");
  write(".aws/config",
        "[profile ci]\nregion = r\ns3 =\n  aws_access_key_id = "
        "NOT\naws_access_key_id = CI\naws_secret_access_key=s\n");
  EXPECT_EQ(found(), "FILE");
  set("AWS_PROFILE=ci");
  CredentialChain other(settings);
  EXPECT_EQ(other.current().key_id, "CI");
}

TEST_F(CredentialsTest, AFileMayLieElsewhere) {
  write("mine",
        "# mine\n[default]\r\naws_access_key_id=MINE\r\n"
        "aws_secret_access_key=s\r\n");
  set("AWS_SHARED_CREDENTIALS_FILE=" + folder + "/mine");
  EXPECT_EQ(found(), "MINE");
}

TEST_F(CredentialsTest, AProfileThatIsNotThereIsNotPassedOver) {
  set("AWS_PROFILE=typo");
  EXPECT_THAT(found(), HasSubstr("have not the profile typo"));
}

TEST_F(CredentialsTest, WhatWasLookedAtIsListedWhereNothingIsFound) {
  EXPECT_EQ(
      found(),
      fmt::format(
          "Credentials: no credentials for S3; looked at the configuration's "
          "accesskey and secretkey (not set), AWS_ACCESS_KEY_ID and "
          "AWS_SECRET_ACCESS_KEY (not set), the files that AWS' tools share "
          "({0}/.aws/credentials and {0}/.aws/config have not the profile "
          "default), AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN (not set), "
          "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI (not set), the "
          "machine's metadata service (switched off by "
          "AWS_EC2_METADATA_DISABLED)",
          folder));
}

TEST_F(CredentialsTest, AServiceAccountAssumesItsRole) {
  std::string asked;
  HttpServer sts([&](const ServedRequest& request) {
    asked = request.body;
    return text_answer(
        "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult>"
        "<Credentials><AccessKeyId>ROLE</AccessKeyId><SecretAccessKey>s"
        "</SecretAccessKey><SessionToken>tok</SessionToken><Expiration>"
        "2026-11-27T12:05:00Z</Expiration></Credentials>"
        "</AssumeRoleWithWebIdentityResult></"
        "AssumeRoleWithWebIdentityResponse>");
  });
  write("token", "a.b/c\n");
  set("AWS_WEB_IDENTITY_TOKEN_FILE=" + folder + "/token");
  set("AWS_ROLE_ARN=arn:aws:iam::1:role/dregs");
  set("AWS_ENDPOINT_URL_STS=http://" + sts.host());
  EXPECT_EQ(found(), "ROLE");
  EXPECT_EQ(chain().current().expires_ns, kNow + kHour);
  EXPECT_EQ(asked,
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn="
            "arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fdregs&RoleSessionName=dregs"
            "&WebIdentityToken=a.b%2Fc");
}

TEST_F(CredentialsTest, ARoleThatIsRefusedIsNamed) {
  HttpServer sts([](const ServedRequest&) { return text_answer("", 403); });
  write("token", "very-secret");
  set("AWS_WEB_IDENTITY_TOKEN_FILE=" + folder + "/token");
  set("AWS_ROLE_ARN=arn:role");
  set("AWS_ENDPOINT_URL_STS=http://" + sts.host());
  EXPECT_THAT(found(), testing::AllOf(HasSubstr("asked to assume arn:role, "
                                                "answers with status 403"),
                                      Not(HasSubstr("very-secret"))));
}

TEST_F(CredentialsTest, AContainerAsksItsEndpointWithItsToken) {
  HttpServer agent([](const ServedRequest& request) {
    return request.header("authorization") == "tok"
               ? text_answer(json_keys("POD", "2026-11-27T12:05:00Z"))
               : text_answer("", 401);
  });
  write("token", "tok\n");
  set("AWS_CONTAINER_CREDENTIALS_FULL_URI=http://" + agent.host() + "/v1");
  set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=" + folder + "/token");
  EXPECT_EQ(found(), "POD");
}

TEST_F(CredentialsTest, AContainersTokenGoesToNoStranger) {
  set("AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1.example/v1");
  EXPECT_THAT(found(), HasSubstr("must be https"));
}

// Answers as a machine's metadata service does, to those who ask twice.
ServedAnswer metadata(const ServedRequest& request, const std::string& keys) {
  if (request.method == "PUT" && request.path == "/latest/api/token")
    return text_answer("proof");
  if (request.header("x-aws-ec2-metadata-token") != "proof")
    return text_answer("", 401);
  const std::string roles = "/latest/meta-data/iam/security-credentials/";
  if (request.path == roles) return text_answer("my-role\n");
  if (request.path == roles + "my-role") return text_answer(keys);
  return text_answer("", 404);
}

TEST_F(CredentialsTest,
       AMachineAsksItsMetadataServiceAndAgainBeforeTheyExpire) {
  std::atomic<int> handed_out{0};
  std::string until = "2026-11-27T12:05:00Z";
  HttpServer service([&](const ServedRequest& request) {
    ServedAnswer answer = metadata(
        request, json_keys(fmt::format("M{}", handed_out.load()), until));
    if (request.path.ends_with("my-role")) ++handed_out;
    return answer;
  });
  settings.environment.pop_back();
  set("AWS_EC2_METADATA_SERVICE_ENDPOINT=http://" + service.host() + "/");
  EXPECT_EQ(found(), "M0");
  now += kHour / 2;
  EXPECT_EQ(found(), "M0");
  now += kHour / 2 - 240'000'000'000;  // four minutes before the hour
  EXPECT_EQ(found(), "M1");
  EXPECT_EQ(found(), "M1");  // the service has nothing newer: not asked again
  now += 31'000'000'000;
  EXPECT_EQ(found(), "M2");
}

TEST_F(CredentialsTest, WhatIsStillValidGoesOnWhereTheServiceFails) {
  std::atomic<bool> fails{false};
  HttpServer service([&](const ServedRequest& request) {
    return fails ? text_answer("", 500)
                 : metadata(request, json_keys("M", "2026-11-27T12:05:00Z"));
  });
  settings.environment.pop_back();
  set("AWS_EC2_METADATA_SERVICE_ENDPOINT=http://" + service.host());
  EXPECT_EQ(found(), "M");
  fails = true;
  now += kHour - 60'000'000'000;
  EXPECT_EQ(found(), "M");
}

class S3Expiry : public S3ClientTest {};

TEST_F(S3Expiry, CredentialsThatExpireInTheMiddleAreFetchedAnew) {
  const std::string file = testing::TempDir() + "dregs-expiry";
  const auto write = [&](const std::string& id) {
    std::ofstream(file) << "[default]\naws_access_key_id=" << id
                        << "\naws_secret_access_key=s\n";
  };
  write("OLD");
  server().accept({"OLD", "s", "", 0});
  server().accept({"NEW", "s", "", 0});
  environment = {"AWS_SHARED_CREDENTIALS_FILE=" + file};
  store().list({});
  server().expire("OLD");
  EXPECT_EQ(error_of([&] { store().list({}); }),
            "ExpiredToken: s3://registry: the credentials have expired or are "
            "not valid; renew them");
  write("NEW");
  EXPECT_EQ(error_of([&] { store().list({}); }), "no error");
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace dregs
