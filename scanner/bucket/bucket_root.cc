#include "scanner/bucket/bucket_root.h"

#include "scanner/formats/layout.h"

namespace dregs {

BucketRoot::BucketRoot(ObjectStore& bucket, std::string_view prefix,
                       int most_connections)
    : store(bucket), connections(most_connections) {
  while (prefix.starts_with('/')) prefix.remove_prefix(1);
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (!prefix.empty()) rootdirectory = std::string(prefix) + "/";
  v2 = rootdirectory + std::string(layout::kInsideRoot) + "/";
}

// Of the keys that begin with it, the key itself sorts first.
std::optional<StoredObject> find_object(ObjectStore& store,
                                        const std::string& key) {
  const ListPage page = store.list({key, "", "", false});
  if (page.objects.empty() || page.objects.front().key != key)
    return std::nullopt;
  return page.objects.front();
}

bool is_about_the_object(const StorageError& error) {
  return error.code() == "AccessDenied" ||
         error.code() == "InvalidObjectState" ||
         error.code().starts_with("KMS");
}

}  // namespace dregs
