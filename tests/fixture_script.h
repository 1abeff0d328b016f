// Follows a fixture's description line by line; tests/fixture.h tells the
// language.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/store_builder.h"

namespace dregs {

class FixtureScript {
 public:
  explicit FixtureScript(StoreBuilder& store) : store_(store) {}

  void run(const std::string& line);
  Digest digest(const std::string& word) const;
  std::string path(const std::string& expression) const;

 private:
  // What stands behind the verb, options apart.
  struct Line {
    std::string verb;
    std::vector<std::string> words;
    std::set<std::string> options;

    const std::string& at(std::size_t position) const;
    std::string tag() const;  // the second word
    std::vector<std::string> from(std::size_t position) const;
  };

  static Line parse(const std::string& line, std::string& name);
  BuiltImage push(const Line& line);
  bool is_push(const Line& line) const;
  void change(const Line& line);
  void litter(const Line& line);
  void harm(const Line& line);
  std::vector<Digest> digests(const std::vector<std::string>& words) const;

  StoreBuilder& store_;
  std::map<std::string, BuiltImage> pushed_;
};

}  // namespace dregs
