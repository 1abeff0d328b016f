#include "gc/bucket/versions_of.h"

#include <optional>
#include <utility>

namespace dregs {

Versioning versioning_of(ObjectStore& store) try {
  return store.versioning();
} catch (const StorageError& error) {
  if (error.status() != 501 && error.status() != 405) throw;
  return Versioning::never;
}

// Of the keys that begin with it, the key itself sorts first.
std::vector<ObjectVersion> versions_of(ObjectStore& store,
                                       const std::string& key) {
  std::vector<ObjectVersion> versions;
  std::optional<VersionPosition> from;
  do {
    VersionPage page = store.list_versions(key, from);
    for (ObjectVersion& version : page.versions) {
      if (version.object.key != key) return versions;
      versions.push_back(std::move(version));
    }
    from = std::move(page.next);
  } while (from);
  return versions;
}

}  // namespace dregs
