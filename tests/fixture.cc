#include "tests/fixture.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/fixture_script.h"
#include "tests/paths.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

fs::path fixtures() { return fs::path(kSourceFolder) / "fixtures"; }

std::set<std::string> take_strings(Json& from, const char* key) {
  std::set<std::string> strings = from.at(key);
  from.erase(key);
  return strings;
}

Expectation read_expectation(const FixtureScript& script, Json json) {
  Expectation expected;
  for (const std::string& path : take_strings(json, "removes")) {
    expected.removes.insert(script.path(path));
  }
  expected.findings = take_strings(json, "findings");
  expected.pinned = take_strings(json, "pinned");
  for (const auto& [key, value] : json.items()) expected.document[key] = value;
  return expected;
}

void follow(const fs::path& description, FixtureScript& script) {
  std::ifstream in(description);
  if (!in) throw std::runtime_error("cannot read " + description.string());
  for (std::string line; std::getline(in, line);) {
    try {
      script.run(line);
    } catch (const std::exception& error) {
      throw std::runtime_error(description.string() + ": " + line + ": " +
                               error.what());
    }
  }
}

}  // namespace

std::vector<std::string> fixture_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fixtures())) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Fixture::Fixture(const std::string& name) {
  FixtureScript script(store_);
  follow(fixtures() / name / "store", script);
  std::ifstream in(fixtures() / name / "expected.json");
  const Json expected = Json::parse(in);
  for (const auto& [command, json] : expected.items()) {
    expectations_[command] = read_expectation(script, json);
  }
}

}  // namespace dregs
