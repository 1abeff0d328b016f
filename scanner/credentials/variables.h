// The environment's variables, for credentials. Any thread may read.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace dregs {

class Variables {
 public:
  // "NAME=value"; of a name that is there twice the first counts.
  explicit Variables(const std::vector<std::string>& environment) {
    for (const std::string& entry : environment) {
      const std::size_t equals = entry.find('=');
      if (equals != std::string::npos)
        values_.try_emplace(entry.substr(0, equals), entry.substr(equals + 1));
    }
  }

  // Empty where it is not set.
  std::string get(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? "" : found->second;
  }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace dregs
