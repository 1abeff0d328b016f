#include "scanner/bucket/look_around_bucket.h"

namespace dregs {

Surroundings look_around(const BucketRoot& root) {
  Surroundings surroundings;
  const auto is_there = [&](const char* path) {
    return find_object(root.store, root.rootdirectory + path).has_value();
  };
  surroundings.database_in_use =
      is_there("docker/registry/lockfiles/database-in-use");
  surroundings.proxy_cache = is_there("scheduler-state.json");
  return surroundings;
}

}  // namespace dregs
