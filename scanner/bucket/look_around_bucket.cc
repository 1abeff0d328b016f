#include "scanner/bucket/look_around_bucket.h"

namespace dregs {
namespace {

bool is_there(const BucketRoot& root, const std::string& key) {
  const ListPage page = root.store.list({key, "", "", false});
  return !page.objects.empty() && page.objects.front().key == key;
}

}  // namespace

Surroundings look_around(const BucketRoot& root) {
  Surroundings surroundings;
  surroundings.database_in_use = is_there(
      root, root.rootdirectory + "docker/registry/lockfiles/database-in-use");
  surroundings.proxy_cache =
      is_there(root, root.rootdirectory + "scheduler-state.json");
  return surroundings;
}

}  // namespace dregs
