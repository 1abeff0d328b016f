#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include "s3_client_fixture.h"

namespace dregs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class S3FaultsTest : public S3ClientTest {
 protected:
  S3FaultsTest() {
    for (const char* key : {"a", "b", "c", "d"}) server().put(key, "of it");
  }
};

using Kind = Fault::Kind;

TEST_F(S3FaultsTest, AStormOf503PassesAndIsCounted) {
  server().inject(
      {.on = Asked::list, .times = 5, .status = 503, .code = "SlowDown"});
  EXPECT_EQ(list_all().size(), 4);
  EXPECT_EQ(counts.list, 6);
  EXPECT_EQ(counts.retries, 5);
}

TEST_F(S3FaultsTest, EveryAnswerThatMayPassIsAskedForAgain) {
  for (const int status : {429, 500, 502, 503, 504}) {
    server().inject({.on = Asked::list, .status = status, .code = "Odd"});
    EXPECT_EQ(list_all().size(), 4) << status;
  }
  EXPECT_EQ(counts.retries, 5);
}

TEST_F(S3FaultsTest, AStormThatDoesNotEndNamesTheFlags) {
  server().inject(
      {.on = Asked::list, .times = -1, .status = 503, .code = "SlowDown"});
  EXPECT_EQ(
      error_of([&] { list_all(); }),
      "SlowDown: s3://registry: the server answers 503 SlowDown: said so, "
      "after 8 tries; set --connections or --requests-per-second lower");
  EXPECT_EQ(counts.list, 8);
}

TEST_F(S3FaultsTest, AnOverloadedServerGetsHalfAsManyRequestsAndMoreLater) {
  store_settings.client.connections = 8;
  server().inject(
      {.on = Asked::list, .times = 2, .status = 503, .code = "SlowDown"});
  list_all();
  EXPECT_EQ(store().client().connections(), 2);
  for (int i = 0; i < 100; ++i) list_all();
  EXPECT_EQ(store().client().connections(), 8);
}

TEST_F(S3FaultsTest, AnErrorWithTheStatusOfASuccessIsAnError) {
  server().inject(
      {.on = Asked::copy, .times = 1, .status = 200, .code = "InternalError"});
  store().copy(store().list({}).objects.at(0), "copy");
  EXPECT_EQ(server().count(Asked::copy), 2);
  server().inject({.on = Asked::remove_many,
                   .times = -1,
                   .status = 200,
                   .code = "AccessDenied"});
  EXPECT_EQ(remove({"a"}).size(), 1);
}

TEST_F(S3FaultsTest, ACutConnectionIsAskedAgain) {
  server().inject({.on = Asked::list, .kind = Kind::cut, .times = 3, .at = 40});
  EXPECT_EQ(list_all().size(), 4);
  EXPECT_EQ(counts.retries, 3);
}

TEST_F(S3FaultsTest, ASilentServerIsAskedAgain) {
  store_settings.client.http.stall_timeout = std::chrono::seconds(2);
  server().inject({.on = Asked::list, .kind = Kind::stall, .at = 40});
  EXPECT_EQ(list_all().size(), 4);
  EXPECT_GE(counts.retries, 1);
}

TEST_F(S3FaultsTest, AReadGoesOnWhereTheConnectionBroke) {
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes += std::to_string(i);
  server().put("blob", bytes);
  server().inject({.on = Asked::get, .kind = Kind::cut, .at = 100'000});
  server().inject(
      {.on = Asked::get, .kind = Kind::cut, .at = 50'000, .after = 1});
  std::string got;
  EXPECT_TRUE(
      store().read("blob", [&](std::string_view part) { got += part; }));
  EXPECT_EQ(got, bytes);
  EXPECT_EQ(server().count(Asked::get), 3);
}

TEST_F(S3FaultsTest, AReadDoesNotGoOnInAnotherObject) {
  server().put("blob", std::string(100'000, 'x'));
  server().inject({.on = Asked::get, .kind = Kind::cut, .at = 50'000});
  std::string got;
  EXPECT_THAT(error_of([&] {
                store().read("blob", [&](std::string_view part) {
                  if (got.empty()) server().put("blob", std::string(9, 'y'));
                  got += part;
                });
              }),
              HasSubstr("changed while it was read"));
  EXPECT_THAT(got, Not(HasSubstr("y")));
}

TEST_F(S3FaultsTest, ATruncatedListingIsAskedForOnceMoreAndThenRefused) {
  server().inject({.on = Asked::list, .kind = Kind::truncate});
  EXPECT_EQ(list_all().size(), 4);
  server().inject({.on = Asked::list, .kind = Kind::truncate, .times = -1});
  EXPECT_THAT(error_of([&] { list_all(); }),
              HasSubstr("XML: s3://registry: the server's answer cannot be "
                        "trusted: "));
}

TEST_F(S3FaultsTest, ListingsThatCannotBeTrueAreRefused) {
  const std::vector<std::pair<Fault, std::string>> faults = {
      {{.on = Asked::list, .kind = Kind::unsorted, .times = 2},
       "does not sort behind"},
      {{.on = Asked::list,
        .kind = Kind::replace,
        .times = 2,
        .text = "<!DOCTYPE a [<!ENTITY b \"c\">]><ListBucketResult/>"},
       "DOCTYPE"},
      {{.on = Asked::list,
        .kind = Kind::replace,
        .times = 2,
        .text = "<html>Welcome</html>"},
       "root element"}};
  for (const auto& [fault, sentence] : faults) {
    server().inject(fault);
    EXPECT_THAT(error_of([&] { list_all(); }), HasSubstr(sentence));
  }
}

TEST_F(S3FaultsTest, ATokenThatComesAgainEndsTheListing) {
  server().inject({.on = Asked::list, .kind = Kind::repeat_token, .times = -1});
  EXPECT_THAT(error_of([&] { list_all(); }),
              HasSubstr("its token for the next page is that of this page"));
}

TEST_F(S3FaultsTest, AHugeAnswerIsCutOff) {
  server().inject({.on = Asked::list,
                   .kind = Kind::replace,
                   .text = std::string(20'000'000, '<')});
  EXPECT_EQ(error_of([&] { list_all(); }),
            "TooLarge: s3://registry: larger than 16777216 bytes");
}

TEST_F(S3FaultsTest, EachKeysErrorIsRead) {
  server().inject({.on = Asked::remove_many,
                   .kind = Kind::key_error,
                   .code = "AccessDenied",
                   .text = "b"});
  const std::vector<NotRemoved> failed = remove({"a", "b", "c"});
  ASSERT_EQ(failed.size(), 1);
  EXPECT_EQ(failed[0].name.key, "b");
  EXPECT_EQ(failed[0].message,
            "s3://registry/b: access denied; grant s3:DeleteObject");
  EXPECT_THAT(server().keys(), ElementsAre("b", "d"));
}

TEST_F(S3FaultsTest, AKeysErrorThatMayPassIsAskedForAgain) {
  server().inject({.on = Asked::remove_many,
                   .kind = Kind::key_error,
                   .times = 2,
                   .code = "InternalError",
                   .text = "b"});
  EXPECT_THAT(remove({"a", "b", "c"}), IsEmpty());
  EXPECT_THAT(server().keys(), ElementsAre("d"));
}

TEST_F(S3FaultsTest, AKeyThatTheAnswerForgetsIsNotRemoved) {
  server().inject({.on = Asked::remove_many,
                   .kind = Kind::forget_key,
                   .times = -1,
                   .text = "b"});
  const std::vector<NotRemoved> failed = remove({"a", "b"});
  ASSERT_EQ(failed.size(), 1);
  EXPECT_EQ(failed[0].code, "NotConfirmed");
}

TEST_F(S3FaultsTest, ARemovalThatFailsAsAWholeNamesAllItsKeys) {
  server().deny(Asked::remove_many);
  EXPECT_EQ(remove({"a", "b", "c"}).size(), 3);
  EXPECT_EQ(server().keys().size(), 4);
  server().inject(
      {.on = Asked::remove_many, .kind = Kind::truncate, .times = -1});
}

TEST_F(S3FaultsTest, EachDeniedRequestNamesItsPermission) {
  const PendingUpload upload{"u", server().begin_upload("u", {"x"}), 0};
  const ObjectName version{"a", "v1"};
  const std::vector<std::tuple<Asked, std::string, std::function<void()>>>
      requests = {{Asked::list, "s3:ListBucket", [&] { store().list({}); }},
                  {Asked::versions, "s3:ListBucketVersions",
                   [&] { store().list_versions("", std::nullopt); }},
                  {Asked::uploads, "s3:ListBucketMultipartUploads",
                   [&] { store().pending_uploads(); }},
                  {Asked::parts, "s3:ListMultipartUploadParts",
                   [&] { store().bytes_of(upload); }},
                  {Asked::versioning, "s3:GetBucketVersioning",
                   [&] { store().versioning(); }},
                  {Asked::get, "s3:GetObject", [&] { store().get("a", 9); }},
                  {Asked::put, "s3:PutObject", [&] { store().put("a", "b"); }},
                  {Asked::abort_upload, "s3:AbortMultipartUpload",
                   [&] { store().abort(upload); }}};
  for (const auto& [asked, permission, request] : requests) {
    server().deny(asked);
    EXPECT_THAT(error_of(request),
                HasSubstr("access denied; grant " + permission));
  }
  server().deny(Asked::remove_many);
  EXPECT_THAT(store().remove({&version, 1}).at(0).message,
              HasSubstr("grant s3:DeleteObjectVersion"));
}

TEST_F(S3FaultsTest, AClockThatIsOffIsCorrectedByTheServers) {
  const std::string date = http_date(std::time(nullptr) + 1200);
  server().inject(
      {.on = Asked::list, .kind = Kind::too_skewed, .times = -1, .text = date});
  EXPECT_EQ(list_all().size(), 4);
  EXPECT_EQ(counts.list, 2);
  EXPECT_EQ(list_all().size(), 4);
  EXPECT_EQ(counts.list, 3);
}

TEST_F(S3FaultsTest, AClockThatCannotBeCorrectedIsNamed) {
  server().inject({.on = Asked::list,
                   .times = -1,
                   .status = 403,
                   .code = "RequestTimeTooSkewed"});
  EXPECT_THAT(error_of([&] { list_all(); }), HasSubstr("set the clock"));
  EXPECT_EQ(counts.list, 2);
}

TEST_F(S3FaultsTest, AnotherRegionIsFollowedWhereNoneWasGiven) {
  server().inject({.on = Asked::list,
                   .kind = Kind::region,
                   .times = -1,
                   .text = "eu-west-1"});
  EXPECT_EQ(list_all().size(), 4);
  EXPECT_EQ(counts.list, 2);
}

TEST_F(S3FaultsTest, AnotherRegionIsNamedWhereOneWasGiven) {
  region_given = true;
  server().inject({.on = Asked::list,
                   .kind = Kind::region,
                   .times = -1,
                   .text = "eu-west-1"});
  EXPECT_EQ(error_of([&] { list_all(); }),
            "AuthorizationHeaderMalformed: s3://registry: the bucket is in the "
            "region eu-west-1, not in us-east-1; set that region (--region "
            "eu-west-1, or storage.s3.region)");
}

TEST_F(S3FaultsTest, ARegionIsNoPartOfAnotherHostsName) {
  server().inject({.on = Asked::list,
                   .kind = Kind::region,
                   .times = -1,
                   .text = "evil.example/"});
  EXPECT_THAT(error_of([&] { list_all(); }), HasSubstr("set the right"));
  EXPECT_EQ(counts.list, 1);
}

TEST_F(S3FaultsTest, NoMessageHoldsASecret) {
  const std::string secret = server_settings.credentials.secret;
  for (const char* code : {"SignatureDoesNotMatch", "Odd", "InvalidToken"}) {
    server().inject({.on = Asked::get,
                     .kind = Kind::replace,
                     .times = 1,
                     .text = "<Error><Code>" + std::string(code) +
                             "</Code><Message>" + secret +
                             "</Message></Error>"});
    EXPECT_THAT(
        error_of([&] { store().get("a", 1000); }),
        testing::AllOf(Not(HasSubstr(secret)), Not(HasSubstr("no error"))));
  }
}

TEST_F(S3FaultsTest, AWrongSecretIsNamedAsSuch) {
  server_settings.credentials.secret = "another";
  EXPECT_THAT(error_of([&] { list_all(); }), HasSubstr("check the secret key"));
}

TEST_F(S3FaultsTest, AServerThatIsNotThereIsAskedThreeTimes) {
  BucketAddress address;
  address.bucket = "b";
  address.region = "r";
  address.secure = false;
  address.path_style = true;
  address.host = "127.0.0.1:1";
  S3Store none(address, {server_settings.credentials, {}, "", {}},
               store_settings, counts);
  EXPECT_THAT(error_of([&] { none.list({}); }),
              HasSubstr("Connection: s3://b: no answer from 127.0.0.1:1 after "
                        "3 tries: "));
}

TEST_F(S3FaultsTest, AClientThatIsToldToStopAsksNothingMore) {
  store_settings.client.first_pause = std::chrono::seconds(60);
  store_settings.client.stopped = [&] { return counts.list > 0; };
  server().inject({.on = Asked::list, .status = 503, .code = "SlowDown"});
  EXPECT_EQ(
      error_of([&] { list_all(); }),
      "Stopped: s3://registry: not asked again: the run was told to stop");
  EXPECT_EQ(error_of([&] { list_all(); }),
            "Stopped: s3://registry: not asked: the run was told to stop");
  EXPECT_EQ(counts.list, 1);
}

}  // namespace
}  // namespace dregs
