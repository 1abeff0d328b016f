#include "gc/bucket_heal/set_aside.h"

#include "gc/bucket/own_keys.h"

namespace dregs {

std::string set_aside(const BucketRoot& root, const StoredObject& object,
                      const std::string& run) {
  const std::string path = path_of_key(root, object.key);
  const std::string to = quarantine_prefix(root) + run + "/" + path;
  if (find_object(root.store, to))
    throw StorageError("Exists", 0, to + ": something is there already");
  root.store.copy(object, to);
  const auto copied = find_object(root.store, to);
  if (!copied || copied->size != object.size)
    throw StorageError("Copy", 0, to + ": the copy is not there");
  return "../.dregs/quarantine/" + run + "/" + path;
}

bool is_still(const BucketRoot& root, const StoredObject& listed) {
  const auto now = find_object(root.store, listed.key);
  return now && now->etag == listed.etag && now->size == listed.size &&
         now->modified_ns == listed.modified_ns;
}

}  // namespace dregs
