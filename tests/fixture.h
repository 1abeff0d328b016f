// The small stores in fixtures/: a folder each, named by its condition.
//
// `store` describes it, one push, deletion or damage a line, as StoreBuilder
// names them; "name =" in front remembers what was pushed, "-" is no tag:
//
//   old = image team/app v1 base app
//   delete team/app old
//
// A blob is written old (its manifest), old.config, old.1 (its first layer),
// or as the content itself; a path as blob(old), revision(team/app,old),
// layer(team/app,base), tag(team/app,v1), history(team/app,v1,old),
// upload(team/app,ID), temp(PATH), or plainly, relative to v2.
//
// `expected.json` maps a command line to what it does: "removes" lists paths
// written the same way, "findings" kinds, "pinned" repositories; every other
// key is one of dregs.gc/1 with its value.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/store_builder.h"

namespace dregs {

struct Expectation {
  std::set<std::string> removes;  // relative to v2
  std::set<std::string> findings;
  std::set<std::string> pinned;
  std::map<std::string, nlohmann::json> document;  // the other keys
};

std::vector<std::string> fixture_names();  // sorted

// Throws std::runtime_error naming the line that it cannot follow.
class Fixture {
 public:
  explicit Fixture(const std::string& name);

  StoreBuilder& store() { return store_; }
  // By command line, as in "gc -m".
  const std::map<std::string, Expectation>& expectations() const {
    return expectations_;
  }

 private:
  StoreBuilder store_;
  std::map<std::string, Expectation> expectations_;
};

}  // namespace dregs
