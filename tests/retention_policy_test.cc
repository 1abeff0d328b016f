// These tests read correct and incorrect policies and in-use lists, as users
// write them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>

#include "gc/facts/in_use.h"
#include "gc/facts/store_times.h"
#include "gc/rules/policy_file.h"
#include "gc/rules/semantic_version.h"
#include "tests/paths.h"
#include "tests/retention_run.h"

namespace dregs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Returns what is wrong with a policy. Empty means that it is correct.
std::string error_in(const std::string& text) {
  try {
    parse_retention_policy(text, "p.yml");
    return "";
  } catch (const PolicyError& error) {
    return error.what();
  }
}

std::string error_in_rule(const std::string& rule) {
  return error_in(fmt::format("version: 1\nrules:\n- {}\n", rule));
}

TEST(RetentionPolicy, TheExampleOfTheDesignIsUnderstood) {
  const RetentionPolicy policy = parse_retention_policy(
      R"(version: 1
protect:                        # beats every rule
  tags: [latest, 'prod-*', '/^v?\d+\.\d+\.\d+$/']
  in_use: [/var/lib/dregs/in-use]
rules:
- {repositories: ['**'], tags: ['pr-*'], keep: {within: 30d}}
- {repositories: ['**'], tags: ['/-rc/'], keep: {within: 14d, last: 20}}
- {repositories: ['**'], tags: ['/^(env\d+)-/'], per: '$1', keep: {last: 1}}
- {repositories: ['base/*'], tags: ['/^(\d+\.\d+)\.\d+-(\w+)$/'], per: '$1-$2', sort: semver, keep: {last: 2}}
- {repositories: ['dev/**'], tags: ['*'], keep: {last: 3}, expire: 100h}
- {repositories: ['**'], tags: ['sha-*'], keep: {within: 180d}}
- {repositories: ['cache/**'], tags: ['*'], keep: {pulled_within: 90d}}
untagged:
- {repositories: ['**'], keep: {revisions: 3, within: 7d}}
pulls: {state: /var/lib/dregs/pulls, ignore_agents: ['Trivy*']}
)",
      "policy.yml");
  EXPECT_EQ(policy.protected_tags.size(), 3U);
  EXPECT_THAT(policy.in_use, ElementsAre("/var/lib/dregs/in-use"));
  ASSERT_EQ(policy.rules.size(), 7U);
  EXPECT_EQ(policy.rules[1].keep->last, 20U);
  EXPECT_EQ(policy.rules[4].expire->ns, 100LL * 3600 * 1'000'000'000);
  EXPECT_EQ(policy.untagged.at(0).revisions, 3U);
  EXPECT_EQ(policy.pulls_state, "/var/lib/dregs/pulls");
  EXPECT_EQ(policy.min_kept, 1U);
}

// Returns the text of each ```yaml block of a page of the manual.
std::vector<std::string> policies_in(const std::string& page) {
  std::ifstream file(fmt::format("{}/docs/{}", kSourceFolder, page));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::string begin = "```yaml\n";
  std::vector<std::string> policies;
  for (std::size_t at = text.find(begin); at != std::string::npos;
       at = text.find(begin, at + 1)) {
    const std::size_t first = at + begin.size();
    policies.push_back(text.substr(first, text.find("```", first) - first));
  }
  return policies;
}

TEST(RetentionPolicy, ThoseOfTheManualAreUnderstood) {
  for (const char* page :
       {"retention.md", "from-other-tools.md", "retention-rules.md"})
    for (const std::string& policy : policies_in(page))
      EXPECT_EQ(error_in(policy), "") << page << ":\n" << policy;
  EXPECT_EQ(policies_in("retention.md").size(), 10U);
  EXPECT_EQ(policies_in("from-other-tools.md").size(), 10U);
}

TEST(RetentionPolicy, ThatOfTheClusterIsUnderstood) {
  const std::string path = fmt::format(
      "{}/deploy/kubernetes/retention/retention.yml", kSourceFolder);
  std::ifstream file(path);
  EXPECT_EQ(error_in({std::istreambuf_iterator<char>(file), {}}), "") << path;
}

TEST(RetentionPolicy, WithoutProtectLatestIsProtected) {
  const std::string rule =
      "rules:\n- {repositories: ['**'], tags: ['*'], expire: 1y}\n";
  const auto tags_of = [&](const std::string& protect) {
    return parse_retention_policy("version: 1\n" + protect + rule, "p")
        .protected_tags.size();
  };
  EXPECT_EQ(tags_of(""), 1U);
  EXPECT_EQ(tags_of("protect: {in_use: [a]}\n"), 1U);
  EXPECT_EQ(tags_of("protect: {tags: []}\n"), 0U);
}

TEST(RetentionPolicy, AnEmptyOneIsAnError) {
  for (const char* text :
       {"", "# nothing\n", "---\n", "version: 1\n", "version: 1\nrules: []\n"})
    EXPECT_THAT(error_in(text), HasSubstr("empty")) << text;
}

TEST(RetentionPolicy, AnEmptyKeepIsAnErrorWithLineAndColumn) {
  EXPECT_THAT(error_in_rule("{repositories: [a], tags: [b], keep: {}}"),
              testing::StartsWith("p.yml:3:40: keep is empty"));
}

TEST(RetentionPolicy, AnUnknownKeyIsAnErrorWithLineAndColumn) {
  EXPECT_THAT(error_in_rule("{repositories: [a], tags: [b], kepe: {last: 1}}"),
              testing::StartsWith("p.yml:3:34: a rule has no key 'kepe', but"));
  EXPECT_THAT(error_in("version: 1\nrule: []\n"),
              testing::StartsWith("p.yml:2:1: the policy has no key 'rule'"));
}

TEST(RetentionPolicy, MinutesOrMonthsAreAnError) {
  EXPECT_THAT(
      error_in_rule("{repositories: [a], tags: [b], keep: {within: 3m}}"),
      HasSubstr("minutes or months; write days or hours"));
  for (const char* age : {"0d", "-1d", "d", "30", "30 d", "1M", "99999999999y"})
    EXPECT_FALSE(error_in_rule(fmt::format("{{repositories: [a], tags: [b], "
                                           "expire: '{}'}}",
                                           age))
                     .empty())
        << age;
}

TEST(RetentionPolicy, WhatIsWrongIsSaidWithItsPlace) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{repositories: [a], tags: ['/(/'], expire: 1d}", "p.yml:3:30: '/(/'"},
      {"{repositories: [a], tags: ['/a'], expire: 1d}", "does not end with"},
      {"{repositories: [a], tags: ['/^(?!rc)/'], expire: 1d}", "look ahead"},
      {"{repositories: [a], tags: [], expire: 1d}", "it names nothing"},
      {"{repositories: a, tags: [b], expire: 1d}", "is to be a list"},
      {"{tags: [b], expire: 1d}", "a rule needs repositories"},
      {"{repositories: [a], tags: [b]}", "a rule needs keep"},
      {"{repositories: [a], tags: [b], keep: {last: 0}}", "0 keeps nothing"},
      {"{repositories: [a], tags: [b], keep: {last: ten}}", "whole number"},
      {"{repositories: [a], tags: [b], keep: {last: 1}, per: '$1'}",
       "'b' has none"},
      {"{repositories: [a], tags: ['/(b)/'], keep: {last: 1}, per: '$2'}",
       "names group 2"},
      {"{repositories: [a], tags: ['/(b)/'], keep: {last: 1}, per: x}",
       "names no group"},
      {"{repositories: [a], tags: ['/(b)/'], expire: 1d, per: '$1'}",
       "needs keep: {last: N}"},
      {"{repositories: [a], tags: [b], expire: 1d, sort: semver}",
       "needs keep: {last: N}"},
      {"{repositories: [a], tags: [b], expire: 1d, time: pulled}",
       "can be pushed or created"},
      {"{repositories: [a], tags: [b], tags: [c], expire: 1d}",
       "a second time"},
      {"{repositories: [a], tags: [b], keep: {pulled_within: 1d}}",
       "pulls: {state: FILE}"},
      {"[a, b]", "is to be a map"}};
  for (const auto& [rule, error] : cases)
    EXPECT_THAT(error_in_rule(rule), HasSubstr(error)) << rule;
  EXPECT_THAT(error_in("rules: []"), HasSubstr("'version: 1' is missing"));
  EXPECT_THAT(error_in("version: 2\nrules: []"), HasSubstr("knows 1"));
  EXPECT_THAT(error_in("version: [\n"), HasSubstr("p.yml:2:1: not YAML"));
  EXPECT_THAT(error_in("version: 1\n---\nversion: 1\n"),
              HasSubstr("second document"));
}

TEST(RetentionPolicy, CheckLooksAtNoRegistry) {
  AgedStore store;
  const std::string good = store.file(
      "good.yml",
      "version: 1\nrules:\n- {repositories: [a], tags: [b], expire: 1d}\n");
  const ProgramResult fine = run_program(
      {kDregsProgram, "retain", "--check", good, "--root", "/nowhere"});
  EXPECT_EQ(fine.exit_code, 0) << fine.err;
  EXPECT_THAT(fine.out, HasSubstr("1 rule and 0 untagged rules; no error"));
  const std::string bad = store.file("bad.yml", "version: 1\nx: 1\n");
  const ProgramResult wrong =
      run_program({kDregsProgram, "retain", "--check", bad});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("bad.yml:2:1: the policy has no key 'x'"));
}

// One document, whatever is wrong.
TEST(RetentionPolicy, CheckHasOneJsonDocument) {
  AgedStore store;
  const auto check = [](const std::string& file) {
    const ProgramResult run =
        run_program({kDregsProgram, "retain", "--check", file, "--json"});
    const auto document = nlohmann::json::parse(run.out);
    EXPECT_EQ(document["schema"], "dregs.retain-check/1");
    EXPECT_TRUE(document["root"].is_null());
    EXPECT_EQ(document["exit_code"], run.exit_code);
    EXPECT_TRUE(document["findings"].empty());
    EXPECT_EQ(document["errors"].empty(), run.exit_code == 0);
    EXPECT_EQ(run.exit_code == 0 ? 0 : 2, run.exit_code);
    return document;
  };
  const auto good = check(store.file(
      "good.yml",
      "version: 1\nrules:\n- {repositories: [a], tags: [b], expire: 1d}\n"));
  EXPECT_EQ(good["rules"], 1);
  EXPECT_EQ(good["untagged_rules"], 0);
  const std::vector<std::pair<std::string, std::pair<int, int>>> wrong = {
      {"", {1, 1}},
      {"version: 1\nrules:\n- {repositories: [a], tags: [b], keep: {}}\n",
       {3, 40}},
      {"version: 1\n  zz: [\n", {2, 5}},
      {"version: 1\nrules:\n- {repositories: [a], tags: ['/(/'], expire: 1d}",
       {3, 30}},
      {std::string("\xff\0{", 3), {0, 0}}};
  for (const auto& [text, place] : wrong) {
    const std::string file = store.file("bad.yml", text);
    const auto error = check(file)["errors"][0];
    EXPECT_EQ(error["file"], file);
    EXPECT_FALSE(error["error"].get<std::string>().empty());
    if (place.first == 0) continue;
    EXPECT_EQ(error["line"], place.first) << text;
    EXPECT_EQ(error["column"], place.second) << text;
  }
  const auto absent = check("/nowhere/policy.yml")["errors"][0];
  EXPECT_TRUE(absent["line"].is_null());
  EXPECT_THAT(absent["error"].get<std::string>(), HasSubstr("cannot read"));
}

TEST(RetentionPolicy, AnExpressionThatLooksCatastrophicEndsInTime) {
  const NamePattern pattern("/^(a+)+(a|aa)+$/");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(pattern.matches(std::string(127, 'a') + "!"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

TEST(RetentionPolicy, TenThousandRulesEndInTime) {
  AgedStore store;
  for (int n = 0; n < 20; ++n)
    store.push("app", fmt::format("tag-{}", n), 400 + n);
  std::string text = "version: 1\nrules:\n";
  for (int n = 0; n < 10'000; ++n)
    text += fmt::format(
        "- {{repositories: ['team{}/**', '/^x{}$/'], tags: ['/^v{}-/'], keep: "
        "{{last: 3}}}}\n",
        n, n, n);
  text += "- {repositories: ['**'], tags: ['*'], keep: {last: 15}}\n";
  const auto start = std::chrono::steady_clock::now();
  const RetainRun run = retain_by(
      store, text, {"-n", "--html", (store.root() / "page").string()});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.removed_tags().size(), 5U);
  EXPECT_TRUE(std::filesystem::exists(store.root() / "page"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

TEST(SemanticVersion, AreOrderedByPrecedence) {
  const std::vector<std::string> ordered = {
      "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
      "1.0.0-beta",  "1.0.0-beta.2",  "1.0.0-beta.11",
      "1.0.0-rc.1",  "1.0.0",         "v1.0.1",
      "1.2.0",       "1.10.0",        "99999999999999999999.0.0"};
  for (std::size_t i = 0; i + 1 < ordered.size(); ++i)
    EXPECT_TRUE(*SemanticVersion::parse(ordered[i]) <
                *SemanticVersion::parse(ordered[i + 1]))
        << ordered[i];
  EXPECT_TRUE(*SemanticVersion::parse("1.0.0+a") ==
              *SemanticVersion::parse("1.0.0+b"));
}

TEST(SemanticVersion, WhatIsNoneIsNone) {
  for (const char* text :
       {"", "v", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-01",
        "1.2.3-a..b", "1.2.3+", "latest", "1.2.3_4", "vv1.2.3", "-1.2.3"})
    EXPECT_FALSE(SemanticVersion::parse(text)) << text;
}

std::vector<std::string> texts_in(const std::string& list) {
  std::vector<std::string> texts;
  for (const InUseReference& each : parse_in_use(list, "list").references)
    texts.push_back(each.text);
  return texts;
}

TEST(InUse, ListsAreReadInAllTheirForms) {
  EXPECT_THAT(
      texts_in(R"({"items":[{"spec":{"containers":[{"image":"a:1"}],)"
               R"("initContainers":[{"image":"b"}]},"status":)"
               R"({"containerStatuses":[{"image":"a:1","imageID":""},)"
               R"({"imageID":"docker-pullable://h/a@sha256:)" +
               std::string(64, 'a') + "\"}]}}]}"),
      ElementsAre("a:1", "b",
                  "docker-pullable://h/a@sha256:" + std::string(64, 'a')));
  EXPECT_THAT(texts_in("{\"Image\":\"x:1\"}\n{\"Image\":\"y:2\"}\n"),
              ElementsAre("x:1", "y:2"));
  EXPECT_THAT(texts_in("[{\"ImageID\":\"x\"}]\n[{\"image\":\"y\"}]"),
              ElementsAre("x", "y"));
  EXPECT_THAT(texts_in("# deployed\n h:5000/a:1 # web\r\n\nb\n"),
              ElementsAre("b", "h:5000/a:1"));
  EXPECT_THAT(texts_in("{\"image\":\"no reference at all\",\"name\":\"a\"}"),
              ElementsAre());
}

TEST(InUse, WhatCannotBeReadIsAnErrorWithItsPlace) {
  const auto error = [](const std::string& text) -> std::string {
    try {
      parse_in_use(text, "list");
      return "";
    } catch (const InUseError& wrong) {
      return wrong.what();
    }
  };
  EXPECT_THAT(error("a:1\nwhat is this\n"),
              testing::StartsWith("list:2: 'what is this'"));
  EXPECT_THAT(error("{\"image\":\"a\""), HasSubstr("not JSON"));
  EXPECT_THAT(error("a@sha256:abc\n"), HasSubstr("list:1"));
  EXPECT_EQ(error(std::string(100'000, '[')).substr(0, 14), "list: not JSON");
}

TEST(CreatedTime, IsReadAsConfigurationsWriteIt) {
  EXPECT_EQ(parse_created("1970-01-01T00:00:01Z"), 1'000'000'000);
  EXPECT_EQ(parse_created("1970-01-01T01:00:00.25+01:00"), 250'000'000);
  EXPECT_EQ(parse_created("1970-01-01T00:00:00.123456789123Z"), 123'456'789);
  for (const char* text :
       {"", "now", "2020-01-01", "2020-01-01T00:00:00", "2020-01-01T00:00:00+1",
        "9999-12-31T00:00:00Z", "2020-01-01T00:00:00Zx"})
    EXPECT_FALSE(parse_created(text)) << text;
}

}  // namespace
}  // namespace dregs
