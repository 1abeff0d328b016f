#include "scanner/disk/look_around.h"

#include <fcntl.h>

#include "scanner/files/descriptor.h"

namespace dregs {
namespace {

bool exists(int at, const char* path) {
  FileStatus status;
  return file_status(at, path, status) == 0;
}

}  // namespace

Surroundings look_around(int v2) {
  Surroundings surroundings;
  surroundings.database_in_use = exists(v2, "../lockfiles/database-in-use");
  surroundings.proxy_cache = exists(v2, "../../../scheduler-state.json");
  return surroundings;
}

Surroundings look_around(const std::string& rootdirectory) {
  const std::string registry = rootdirectory + "/docker/registry";
  Surroundings surroundings;
  surroundings.database_in_use =
      exists(AT_FDCWD, (registry + "/lockfiles/database-in-use").c_str());
  surroundings.proxy_cache =
      exists(AT_FDCWD, (rootdirectory + "/scheduler-state.json").c_str());
  return surroundings;
}

}  // namespace dregs
