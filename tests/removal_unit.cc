#include "tests/removal_unit.h"

namespace dregs {

std::string removal_unit(const std::string& path) {
  const std::size_t uploads = path.find("/_uploads/");
  if (uploads != std::string::npos) {
    return path.substr(0, path.find('/', uploads + 10));
  }
  const std::size_t signatures = path.find("/signatures/");
  if (signatures != std::string::npos) return path.substr(0, signatures);
  if (path.ends_with("/link") || path.ends_with("/data")) {
    return path.substr(0, path.size() - 5);
  }
  return path;
}

std::set<std::string> removal_units(const std::set<std::string>& paths) {
  std::set<std::string> units;
  for (const std::string& path : paths) units.insert(removal_unit(path));
  return units;
}

}  // namespace dregs
