// docs/policy-schema.json says what a policy is, as the program does.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "gc/rules/policy_file.h"
#include "tests/paths.h"
#include "tests/run_program.h"

namespace dregs {
namespace {

using Keys = std::set<std::string>;

nlohmann::json schema() {
  std::ifstream file(fmt::format("{}/docs/policy-schema.json", kSourceFolder));
  return nlohmann::json::parse(file);
}

std::string wrong_in(const std::string& text) {
  try {
    parse_retention_policy(text, "p.yml");
    return "";
  } catch (const PolicyError& error) {
    return error.why();
  }
}

// The words behind `but` or `can be` in what the program says.
Keys words_after(const std::string& message, const std::string& start,
                 const std::string& separator) {
  Keys words;
  const std::size_t at = message.find(start);
  EXPECT_NE(at, std::string::npos) << message;
  if (at == std::string::npos) return words;
  std::string rest = message.substr(at + start.size());
  for (std::size_t end = 0; end != std::string::npos;) {
    end = rest.find(separator);
    words.insert(rest.substr(0, end));
    if (end != std::string::npos) rest.erase(0, end + separator.size());
  }
  return words;
}

Keys keys_of(const nlohmann::json& object) {
  Keys keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

std::string rule(const std::string& parts) {
  return fmt::format("version: 1\nrules:\n- {{{}}}\n", parts);
}

std::string untagged(const std::string& parts) {
  return fmt::format("version: 1\nuntagged:\n- {{{}}}\n", parts);
}

const std::string kNamed = "repositories: [a], tags: ['/(b)/']";

TEST(PolicySchema, HasTheKeysThatTheProgramTakes) {
  const std::vector<std::pair<std::string, std::string>> places = {
      {"zz: 1\n", ""},
      {"version: 1\nprotect: {zz: 1}\n", "/properties/protect"},
      {rule(kNamed + ", expire: 1d") + "pulls: {zz: 1}\n", "/properties/pulls"},
      {rule("zz: 1"), "/definitions/rule"},
      {rule(kNamed + ", keep: {zz: 1}"), "/definitions/rule/properties/keep"},
      {untagged("zz: 1"), "/definitions/untagged_rule"},
      {untagged("repositories: [a], keep: {zz: 1}"),
       "/definitions/untagged_rule/properties/keep"}};
  for (const auto& [text, place] : places) {
    const nlohmann::json object =
        schema().at(nlohmann::json::json_pointer(place));
    EXPECT_EQ(keys_of(object["properties"]),
              words_after(wrong_in(text), "has no key 'zz', but ", ", "))
        << place;
    EXPECT_EQ(object["additionalProperties"], false) << place;
  }
}

TEST(PolicySchema, HasTheWordsThatTheProgramTakes) {
  const std::vector<std::pair<std::string, std::string>> places = {
      {rule(kNamed + ", expire: 1d") + "orphans: zz\n", "/properties/orphans"},
      {rule(kNamed + ", keep: {last: 1}, sort: zz"),
       "/definitions/rule/properties/sort"},
      {rule(kNamed + ", expire: 1d, time: zz"), "/definitions/time"}};
  for (const auto& [text, place] : places)
    EXPECT_EQ(
        schema().at(nlohmann::json::json_pointer(place))["enum"].get<Keys>(),
        words_after(wrong_in(text), "can be ", " or "))
        << place;
}

// Prints what is right and what is wrong, one word for each policy.
constexpr const char* kValidate = R"py(
import json, sys, jsonschema, yaml
schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
for text in sys.argv[2:]:
  print('right' if validator.is_valid(yaml.safe_load(text)) else 'wrong')
)py";

std::vector<std::string> verdicts(const std::vector<std::string>& policies) {
  std::vector<std::string> words = {
      "python3", "-W",
      "ignore",  "-c",
      kValidate, fmt::format("{}/docs/policy-schema.json", kSourceFolder)};
  words.insert(words.end(), policies.begin(), policies.end());
  const ProgramResult run = run_program(words);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  std::vector<std::string> all;
  std::istringstream lines(run.out);
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  return all;
}

bool has_validator() {
  return run_program({"python3", "-c", "import jsonschema, yaml"}).exit_code ==
         0;
}

std::vector<std::string> policies_in(const std::string& page) {
  std::ifstream file(fmt::format("{}/docs/{}", kSourceFolder, page));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::string begin = "```yaml\n";
  std::vector<std::string> all;
  for (std::size_t at = text.find(begin); at != std::string::npos;
       at = text.find(begin, at + 1)) {
    const std::size_t first = at + begin.size();
    all.push_back(text.substr(first, text.find("```", first) - first));
  }
  return all;
}

TEST(PolicySchema, TakesTheTenWishesOfTheManual) {
  if (!has_validator()) GTEST_SKIP() << "no python3-jsonschema here";
  const std::vector<std::string> wishes = policies_in("retention.md");
  EXPECT_EQ(verdicts(wishes), std::vector<std::string>(10, "right"));
  EXPECT_EQ(verdicts(policies_in("retention-rules.md")),
            std::vector<std::string>(1, "right"));
}

TEST(PolicySchema, RefusesWhatTheProgramRefuses) {
  if (!has_validator()) GTEST_SKIP() << "no python3-jsonschema here";
  const std::vector<std::string> wrong = {
      "",
      "[]",
      "version: 1\n",
      "version: 1\nrules: []\n",
      "version: 2\nrules: [{repositories: [a], tags: [b], expire: 1d}]\n",
      "rules: [{repositories: [a], tags: [b], expire: 1d}]\n",
      rule(kNamed),
      rule(kNamed + ", keep: {}"),
      rule(kNamed + ", keep: {last: 0}"),
      rule(kNamed + ", keep: {last: ten}"),
      rule(kNamed + ", keep: {within: 3m}"),
      rule(kNamed + ", keep: {within: 0d}"),
      rule(kNamed + ", keep: {within: 30}"),
      rule(kNamed + ", kepe: {last: 1}"),
      rule(kNamed + ", expire: 1d, sort: semver"),
      rule(kNamed + ", expire: 1d, per: '$1'"),
      rule(kNamed + ", keep: {last: 1}, per: x"),
      rule(kNamed + ", expire: 1d, time: pulled"),
      rule("repositories: [], tags: [b], expire: 1d"),
      rule("repositories: a, tags: [b], expire: 1d"),
      untagged("repositories: [a]"),
      untagged("repositories: [a], keep: {last: 3}"),
      rule(kNamed + ", expire: 1d") + "orphans: yes\n",
      rule(kNamed + ", expire: 1d") + "min_kept: -1\n",
      rule(kNamed + ", expire: 1d") + "pulls: {}\n"};
  for (const std::string& text : wrong) EXPECT_NE(wrong_in(text), "") << text;
  EXPECT_EQ(verdicts(wrong), std::vector<std::string>(wrong.size(), "wrong"));
}

}  // namespace
}  // namespace dregs
