#include "gc/storage/opened_store.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "gc/storage/bucket_storage.h"
#include "gc/storage/disk_storage.h"
#include "scanner/disk/look_around.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/path_below.h"

namespace dregs {
namespace {

// Where v2 is in the root that a server knows; a symbolic link on the way to
// it does not change that.
std::string inside(const ResolvedRoot& root) {
  if (root.directory == root.rootdirectory) return {};
  return std::string(layout::kInsideRoot) + "/";
}

OpenedStore open_in_bucket(const NamedBucket& bucket,
                           const BucketRequest& request) {
  OpenedStore store;
  const BucketAddress& address = bucket.location.address;
  store.root.rootdirectory = shown_as(address, bucket.location.prefix);
  store.root.directory = fmt::format("{}{}{}", store.root.rootdirectory,
                                     bucket.location.prefix.empty() ? "" : "/",
                                     layout::kInsideRoot);
  store.root.source =
      fmt::format("{}, at {}://{}", bucket.source,
                  address.secure ? "https" : "http", endpoint_host(address));
  store.root.config = bucket.config;
  store.inside_root = std::string(layout::kInsideRoot) + "/";
  store.proxy_cache = bucket.config && bucket.config->proxy;
  store.storage = std::make_unique<BucketStorage>(bucket, request);
  return store;
}

OpenedStore open_on_disk(ResolvedRoot root, const BucketRequest& request) {
  if (!request.cache_file.empty())
    throw RootError(root.rootdirectory +
                    ": --cache is for a bucket; a folder is read faster than a "
                    "copy of it");
  OpenedStore store;
  store.root = std::move(root);
  store.inside_root = inside(store.root);
  store.proxy_cache = (store.root.config && store.root.config->proxy) ||
                      look_around(store.root.rootdirectory).proxy_cache;
  store.v2 = open_folder(AT_FDCWD, store.root.directory);
  if (!store.v2)
    throw RootError(
        fmt::format("{}: {}; run dregs as root or as the "
                    "registry's user",
                    store.root.directory, std::strerror(errno)));
  store.storage = std::make_unique<DiskStorage>(store.root, store.v2.get());
  return store;
}

bool is_in_its_place(const ResolvedRoot& root) {
  return path_below(root.directory, root.rootdirectory) == layout::kInsideRoot;
}

}  // namespace

std::string OpenedStore::shown(const std::string& path) const {
  if (!path.starts_with("../")) return inside_root + path;
  const std::string from =
      is_in_its_place(root) ? inside_root : root.directory + "/";
  return std::filesystem::path(from + path).lexically_normal().string();
}

OpenedStore open_store(const RootRequest& request) {
  if (request.root && is_bucket_root(*request.root))
    return open_in_bucket(bucket_of_flags(request), request.bucket);
  try {
    return open_on_disk(resolve_root(request), request.bucket);
  } catch (const OtherDriverError&) {
    return open_in_bucket(bucket_of_config(request), request.bucket);
  }
}

}  // namespace dregs
