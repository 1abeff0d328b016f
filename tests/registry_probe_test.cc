// `--registry-url`: only a registry that surely takes no pushes lets a
// collection in a bucket begin.
#include "gc/bucket/registry_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/http_server.h"

namespace dregs {
namespace {

using testing::HasSubstr;

std::string url_of(const HttpServer& server) {
  return "http://" + server.host();
}

ServedAnswer answer_with(int status) {
  ServedAnswer answer;
  answer.status = status;
  return answer;
}

TEST(RegistryProbe, NobodyWhoListensTakesNoPushes) {
  std::string url;
  {
    const HttpServer stopped([](const auto&) { return answer_with(200); });
    url = url_of(stopped);
  }
  EXPECT_FALSE(probe_registry(url));
}

TEST(RegistryProbe, ARegistryThatRefusesPushesIsReadOnly) {
  const HttpServer registry([](const ServedRequest& asked) {
    return answer_with(asked.method == "GET" ? 200 : 405);
  });
  EXPECT_FALSE(probe_registry(url_of(registry)));
  EXPECT_FALSE(probe_registry(url_of(registry) + "/"));
}

TEST(RegistryProbe, WhateverElseItAnswersItMayTakePushes) {
  for (const int status : {200, 202, 400, 401, 403, 404, 500, 503}) {
    const HttpServer registry([&](const auto&) { return answer_with(status); });
    const auto refusal = probe_registry(url_of(registry));
    ASSERT_TRUE(refusal) << status;
    EXPECT_THAT(refusal->reason, HasSubstr("does not refuse pushes"));
  }
}

TEST(RegistryProbe, AConnectionThatBreaksSaysNothing) {
  const HttpServer registry([](const auto&) {
    ServedAnswer answer = answer_with(200);
    answer.body = "{} and more";
    answer.end = ServedAnswer::End::cut;
    answer.end_at = 2;
    return answer;
  });
  EXPECT_TRUE(probe_registry(url_of(registry)));
}

TEST(RegistryProbe, ANameThatNobodyHasIsAMistake) {
  EXPECT_TRUE(probe_registry("http://no-such-registry.invalid:5000"));
}

}  // namespace
}  // namespace dregs
