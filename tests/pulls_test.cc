// These tests read access logs and look for the last pull of each image
// (docs/retention-rules.md#5). They try each format, what counts and what does
// not, and hostile lines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gc/pulls/fold_log.h"
#include "gc/pulls/log_time.h"

namespace dregs {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kHex(64, 'a');
constexpr std::int64_t kNow_s = 1'795'763'648;      // 2026-11-27T07:14:08Z
constexpr std::int64_t kEarlier_s = 1'795'752'848;  // three hours before

// Returns what is known after these lines.
struct Folding {
  explicit Folding(const std::vector<std::string>& lines,
                   std::vector<std::string> ignored = {}) {
    const FoldOptions options{std::move(ignored), kNow_s + 3600};
    LogFolder folder(options, pulls);
    std::uint64_t number = 0;
    for (const std::string& line : lines) folder.fold({line, ++number});
    counts = folder.finish();
  }

  std::int64_t last(const std::string& repository,
                    const std::string& reference) const {
    return pulls.last_pull_ns(repository, reference).value_or(0) /
           1'000'000'000;
  }

  PullTimes pulls;
  FoldedLines counts;
};

std::string combined(const std::string& request, int status = 200,
                     const std::string& agent = "docker/24.0",
                     const std::string& time = "27/Nov/2026:07:14:08 +0000") {
  return "10.0.0.1 - ci [" + time + "] \"" + request + "\" " +
         std::to_string(status) + " 1234 \"-\" \"" + agent + "\"";
}

const std::string kGetV1 = "GET /v2/team/app/manifests/v1 HTTP/1.1";

TEST(PulledFrom, TheCombinedFormatOfNginxApacheAndTheRegistry) {
  for (const std::string& line :
       {combined(kGetV1), combined(kGetV1) + " \"10.1.1.1\" rt=0.01",
        "registry.example.com:443 " + combined(kGetV1),
        "Nov 27 07:14:08 host nginx: " + combined(kGetV1),
        combined("GET https://registry/v2/team/app/manifests/v1 HTTP/2.0"),
        combined("GET /mirror/v2/team/app/manifests/v1?ns=docker.io HTTP/2.0"),
        combined("GET /v2/team%2Fapp/manifests/v1 HTTP/1.1"),
        combined(kGetV1, 200, "says \\\"hello\\\" 1.0"),
        "10.0.0.1 - - [27/Nov/2026:07:14:08 +0000] \"" + kGetV1 +
            "\" 200 1234"}) {
    const Folding folding({line});
    EXPECT_EQ(folding.last("team/app", "v1"), kNow_s) << line;
    EXPECT_EQ(folding.counts.pulls, 1U) << line;
  }
}

TEST(PulledFrom, CaddysJson) {
  const Folding folding({R"({"level":"info","ts":1795763648.524,"logger":)"
                         R"("http.log.access","msg":"handled request",)"
                         R"("request":{"method":"HEAD","uri":)"
                         R"("/v2/team/app/manifests/v1","headers":)"
                         R"({"User-Agent":["containerd/1.7"]}},"status":200})"},
                        {"nobody"});
  EXPECT_EQ(folding.last("team/app", "v1"), kNow_s);
}

TEST(PulledFrom, CaddysAgentIsKnown) {
  const Folding folding(
      {R"({"ts":"2026-11-27T07:14:08.5Z","request":{"method":"GET","uri":)"
       R"("/v2/app/manifests/v1","headers":{"User-Agent":["Trivy/0.5"]}},)"
       R"("status":200})"},
      {"trivy*"});
  EXPECT_EQ(folding.counts.ignored_agents, 1U);
  EXPECT_TRUE(folding.pulls.repositories().empty());
}

TEST(PulledFrom, TraefiksJson) {
  const Folding folding({R"({"ClientHost":"10.0.0.1","DownstreamStatus":200,)"
                         R"("RequestMethod":"GET","RequestPath":)"
                         R"("/v2/team/app/manifests/v1","StartUTC":)"
                         R"("2026-11-27T07:14:08.524Z","level":"info","msg":)"
                         R"("","time":"2026-11-27T08:14:08Z"})"});
  EXPECT_EQ(folding.last("team/app", "v1"), kNow_s);
}

TEST(PulledFrom, TheRegistrysOwnLog) {
  const std::string json =
      R"({"http.request.method":"GET","http.request.uri":)"
      R"("/v2/team/app/manifests/v1","http.request.useragent":"docker/24",)"
      R"("http.response.status":200,"level":"info","msg":)"
      R"("response completed","time":"2026-11-27T08:14:08+01:00"})";
  const std::string words =
      R"(time="2026-11-27T07:14:08.5Z" level=info msg="response completed" )"
      R"(http.request.method=GET http.request.uri=/v2/team/app/manifests/v1 )"
      R"(http.request.useragent="docker/24" http.response.status=200)";
  for (const std::string& line : {json, words}) {
    const Folding folding({line});
    EXPECT_EQ(folding.last("team/app", "v1"), kNow_s) << line;
  }
  // The other lines of the log are not requests. They are known all the same.
  const Folding others(
      {R"({"http.request.method":"GET","http.request.uri":"/v2/","level":)"
       R"("info","msg":"authorized request","time":"2026-11-27T07:14:08Z"})",
       R"({"level":"info","msg":"listening","time":"2026-11-27T07:14:08Z"})",
       R"(time="2026-11-27T07:14:08Z" level=warning msg="No HTTP secret")"});
  EXPECT_EQ(others.counts.silent, 3U);
  EXPECT_EQ(others.counts.foreign, 0U);
}

std::string event(const std::string& action, const std::string& type) {
  return R"({"timestamp":"2026-11-27T07:14:08.5Z","action":")" + action +
         R"(","target":{"mediaType":")" + type + R"(","digest":"sha256:)" +
         kHex +
         R"(","repository":"team/app","tag":"v1"},"request":)"
         R"({"method":"GET","useragent":"docker/24"}})";
}

TEST(PulledFrom, NotificationsWholeOrALineEach) {
  const std::string manifest =
      event("pull", "application/vnd.oci.image.manifest.v1+json");
  for (const std::string& line :
       {R"({"events":[)" + manifest + "]}", manifest}) {
    const Folding folding({line});
    EXPECT_EQ(folding.last("team/app", "v1"), kNow_s) << line;
    EXPECT_EQ(folding.last("team/app", "sha256:" + kHex), kNow_s) << line;
    EXPECT_EQ(folding.counts.pulls, 1U);
  }
  const Folding others(
      {event("push", "application/vnd.oci.image.manifest.v1+json"),
       event("pull", "application/octet-stream")});
  EXPECT_TRUE(others.pulls.repositories().empty());
  EXPECT_EQ(others.counts.other_requests, 2U);
}

TEST(PulledFrom, AnEnvelopeThatIsPrintedOverManyLines) {
  const Folding folding(
      {"{", "  \"events\": [",
       "    " + event("pull", "application/vnd.oci.image.index.v1+json"), "  ]",
       "}", combined("GET /v2/web/manifests/v2 HTTP/1.1")});
  EXPECT_EQ(folding.last("team/app", "v1"), kNow_s);
  EXPECT_EQ(folding.last("web", "v2"), kNow_s);
  EXPECT_EQ(folding.counts.foreign, 0U);
}

TEST(PulledFrom, WhatDockerOrContainerdWrapped) {
  const Json wrapped = {{"log", combined(kGetV1) + "\n"},
                        {"stream", "stdout"},
                        {"time", "2026-11-27T09:00:00Z"}};
  for (const std::string& line :
       {wrapped.dump(), "2026-11-27T09:00:00.1Z stdout F " + combined(kGetV1),
        "2026-11-27T09:00:00.1Z stdout F " +
            event("pull", "application/vnd.oci.image.manifest.v1+json")}) {
    const Folding folding({line});
    EXPECT_EQ(folding.last("team/app", "v1"), kNow_s) << line;
  }
}

TEST(Pulls, HeadAndGetCountByTagAndByDigestAndNotModifiedToo) {
  const Folding folding(
      {combined("HEAD /v2/app/manifests/head HTTP/1.1"),
       combined("GET /v2/app/manifests/sha256:" + kHex + " HTTP/1.1"),
       combined("GET /v2/app/manifests/sha256%3A" + std::string(64, 'b') +
                " HTTP/1.1"),
       combined("GET /v2/app/manifests/known HTTP/1.1", 304)});
  EXPECT_EQ(folding.counts.pulls, 4U);
  for (const std::string& reference :
       {std::string("head"), "sha256:" + kHex, "sha256:" + std::string(64, 'b'),
        std::string("known")})
    EXPECT_EQ(folding.last("app", reference), kNow_s) << reference;
}

TEST(Pulls, BlobsOtherMethodsErrorsAndIgnoredAgentsDoNotCount) {
  const Folding folding(
      {combined("GET /v2/app/blobs/sha256:" + kHex + " HTTP/1.1"),
       combined("PUT /v2/app/manifests/v1 HTTP/1.1", 201),
       combined("DELETE /v2/app/manifests/v1 HTTP/1.1", 202),
       combined("GET /v2/app/tags/list HTTP/1.1"),
       combined("GET /index.html HTTP/1.1"),
       combined("GET /v2/app/manifests/v1 HTTP/1.1", 404),
       combined("GET /v2/app/manifests/v1 HTTP/1.1", 401),
       combined("GET /v2/app/manifests/v1 HTTP/1.1", 301),
       combined("GET /v2/app/manifests/v1 HTTP/1.1", 200, "Trivy/0.50.1"),
       combined("GET /v2/app/manifests/v1 HTTP/1.1", 200, "trivy-operator")},
      {"Trivy*"});
  EXPECT_TRUE(folding.pulls.repositories().empty());
  EXPECT_EQ(folding.counts.other_requests, 5U);
  EXPECT_EQ(folding.counts.failed, 3U);
  EXPECT_EQ(folding.counts.ignored_agents, 2U);
  EXPECT_EQ(folding.counts.foreign, 0U);
}

TEST(Pulls, TheLatestCountsInWhateverOrderAndHoweverOftenItIsRead) {
  const std::string early =
      combined(kGetV1, 200, "docker", "27/Nov/2026:04:14:08 +0000");
  const Folding once({early, combined(kGetV1)});
  const Folding often(
      {combined(kGetV1), early, combined(kGetV1), early, early});
  EXPECT_EQ(once.last("team/app", "v1"), kNow_s);
  EXPECT_EQ(once.pulls.known_since_ns(), kEarlier_s * 1'000'000'000);
  EXPECT_EQ(pulls_text(once.pulls), pulls_text(often.pulls));
}

TEST(Pulls, KnowledgeBeginsWithTheFirstRequestToARegistry) {
  const std::string early = "27/Nov/2026:04:14:08 +0000";
  const Folding folding(
      {combined("GET /index.html HTTP/1.1", 200, "curl",
                "27/Nov/2020:04:14:08 +0000"),
       combined("GET /v2/ HTTP/1.1", 401, "docker", early), combined(kGetV1),
       combined(kGetV1, 200, "docker", "27/Nov/2099:04:14:08 +0000")});
  EXPECT_EQ(folding.pulls.known_since_ns(), kEarlier_s * 1'000'000'000);
  EXPECT_EQ(Folding({}).pulls.known_since_ns(), std::nullopt);
  // A log from a wrong clock does not know the future.
  EXPECT_EQ(
      Folding({combined(kGetV1, 200, "docker", "27/Nov/2099:04:14:08 +0000")})
          .pulls.known_since_ns(),
      std::nullopt);
}

TEST(Pulls, TimesOfAnyOffsetBecomeUtc) {
  for (const char* text :
       {"2026-11-27T07:14:08Z", "2026-11-27T07:14:08.999999999Z",
        "2026-11-27T09:14:08+02:00", "2026-11-26T23:14:08-0800"})
    EXPECT_EQ(parse_rfc3339(text), kNow_s) << text;
  for (const char* text :
       {"27/Nov/2026:07:14:08 +0000", "27/Nov/2026:12:44:08 +0530",
        "26/Nov/2026:23:14:08 -0800"})
    EXPECT_EQ(parse_common_log_time(text), kNow_s) << text;
  EXPECT_EQ(parse_unix_time(1795763648.9), kNow_s);
}

TEST(Pulls, WhatIsNoTimeIsNone) {
  for (const char* text :
       {"", "2026-11-27", "2026-11-27T07:14:08", "2026-13-27T07:14:08Z",
        "2026-02-30T07:14:08Z", "2026-11-27T25:14:08Z", "1970-01-01T00:00:00Z",
        "2026-11-27T07:14:08Zoo", "9999-11-27T07:14:08Z",
        "2026-11-27T07:14:08+99:00"})
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  for (const char* text :
       {"", "27/Foo/2026:07:14:08 +0000", "31/Feb/2026:07:14:08 +0000",
        "27/Nov/2026:07:14:08"})
    EXPECT_EQ(parse_common_log_time(text), std::nullopt) << text;
  for (const double seconds : {-1.0, 0.0, 1e300, 0.0 / 0.0})
    EXPECT_EQ(parse_unix_time(seconds), std::nullopt) << seconds;
}

TEST(Pulls, NoLineMakesANameThatNoServerAccepts) {
  const Folding folding(
      {combined("GET /v2/../../etc/manifests/v1 HTTP/1.1"),
       combined("GET /v2/app/manifests/../../../etc/passwd HTTP/1.1"),
       combined("GET /v2/%2e%2e/manifests/v1 HTTP/1.1"),
       combined("GET /v2/app/manifests/v1%00 HTTP/1.1"),
       combined("GET /v2/app/manifests/%22%7d HTTP/1.1"),
       combined("GET /v2/App/manifests/v1 HTTP/1.1"),
       combined("GET /v2/app/manifests/sha256:abc HTTP/1.1"),
       combined("GET /v2//manifests/v1 HTTP/1.1"),
       combined("GET /v2/app/manifests/" + std::string(200, 'x') +
                " HTTP/1.1")});
  EXPECT_TRUE(folding.pulls.repositories().empty());
  EXPECT_EQ(folding.counts.illegal_names, 9U);
}

TEST(Pulls, WrongAndForeignLinesAreCountedAndTold) {
  const Folding folding({"not a log line", std::string("\0\x01\xff\xfe", 4),
                         combined(kGetV1), "[27/Nov/2026:07:14:08 +0000] \"GET",
                         std::string(5000, '['), R"({"half": )",
                         combined(kGetV1), R"({"some":"thing else"})",
                         R"({"events":[{"timestamp":"yesterday"}]})",
                         R"({"status":200,"request":{"method":7,"uri":[]}})",
                         combined("GET /v2/app/manifests/v1 HTTP/1.1", 200,
                                  "docker", "1/1/1970")});
  EXPECT_EQ(folding.counts.pulls, 2U);
  EXPECT_EQ(folding.counts.foreign, 9U);
  EXPECT_EQ(folding.counts.lines, 11U);
  EXPECT_THAT(folding.counts.foreign_at, ElementsAre(1, 2, 4));
}

// A server may still be writing that line.
TEST(Pulls, AHalfWrittenLastLineIsReadNextTime) {
  const std::string whole = combined(kGetV1, 200, "Trivy/0.5");
  for (std::size_t length = 1; length < whole.size(); ++length) {
    const FoldOptions options{{"Trivy*"}, kNow_s};
    PullTimes pulls;
    LogFolder folder(options, pulls);
    folder.fold({std::string_view(whole).substr(0, length), 1, false});
    const FoldedLines counts = folder.finish();
    EXPECT_TRUE(pulls.repositories().empty()) << length;
    EXPECT_EQ(counts.foreign, 0U) << length;
    EXPECT_TRUE(counts.half_written) << length;
  }
}

TEST(Pulls, AJsonLineOnItsWayIsReadNextTimeToo) {
  const std::string whole =
      event("pull", "application/vnd.oci.image.manifest.v1+json");
  for (std::size_t length = 1; length < whole.size(); ++length) {
    const FoldOptions options{{}, kNow_s};
    PullTimes pulls;
    LogFolder folder(options, pulls);
    folder.fold({std::string_view(whole).substr(0, length), 1, false});
    EXPECT_TRUE(folder.finish().half_written) << length;
    EXPECT_TRUE(pulls.repositories().empty()) << length;
  }
}

TEST(PullsState, IsReadBackAsItWasWritten) {
  const Folding folding(
      {combined(kGetV1),
       combined("GET /v2/b/manifests/sha256:" + kHex + " HTTP/1.1"),
       combined("GET /v2/a/manifests/v2 HTTP/1.1")});
  const std::string text = pulls_text(folding.pulls);
  EXPECT_EQ(parse_pulls(text, "state"), folding.pulls);
  const Json json = Json::parse(text);
  EXPECT_EQ(json["schema"], "dregs.pulls/1");
  EXPECT_EQ(json["since"], "2026-11-27T07:14:08Z");
  EXPECT_EQ(json["repositories"]["team/app"]["v1"], "2026-11-27T07:14:08Z");
  EXPECT_EQ(parse_pulls(pulls_text({}), "state"), PullTimes());
}

TEST(PullsState, ThatIsDamagedIsRefusedInOneLine) {
  const std::string text = pulls_text(Folding({combined(kGetV1)}).pulls);
  std::vector<std::string> damaged = {
      "",
      "  \n",
      "{}",
      "[]",
      "null",
      std::string(100, '\0'),
      R"({"schema":"dregs.pulls/2","since":null,"repositories":{}})",
      R"({"schema":"dregs.pulls/1","repositories":{}})",
      R"({"schema":"dregs.pulls/1","since":null})",
      R"({"schema":"dregs.pulls/1","since":null,"repositories":{"a":7}})",
      R"({"schema":"dregs.pulls/1","since":"soon","repositories":{}})",
      R"({"schema":"dregs.pulls/1","since":null,"repositories":{"../a":)"
      R"({"v1":"2026-11-27T07:14:08Z"}}})",
      R"({"schema":"dregs.pulls/1","since":null,"repositories":{"a":)"
      R"({"v1":"never"}}})"};
  for (std::size_t length = 1; length + 2 < text.size(); length += 7)
    damaged.push_back(text.substr(0, length));
  for (const std::string& each : damaged) {
    try {
      parse_pulls(each, "the/file");
      ADD_FAILURE() << "was taken: " << each;
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), HasSubstr("the/file"));
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace dregs
