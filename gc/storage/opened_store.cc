#include "gc/storage/opened_store.h"

#include <fmt/format.h>

#include <algorithm>
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

bool names_upstream(const std::optional<RegistryConfig>& config,
                    const std::vector<std::string>& environment) {
  constexpr std::string_view kVariable = "REGISTRY_PROXY_REMOTEURL=";
  if (config) return config->proxy;
  return std::any_of(
      environment.begin(), environment.end(), [&](const std::string& entry) {
        return entry.starts_with(kVariable) && entry.size() > kVariable.size();
      });
}

OpenedStore open_in_bucket(const NamedBucket& bucket,
                           const RootRequest& request) {
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
  store.names_upstream = names_upstream(bucket.config, request.environment);
  store.proxy_cache = store.names_upstream;
  store.storage = std::make_unique<BucketStorage>(bucket, request.bucket);
  return store;
}

OpenedStore open_on_disk(const RootRequest& request) {
  OpenedStore store;
  store.root = resolve_root(request);
  if (!request.bucket.cache_file.empty())
    throw RootError(store.root.rootdirectory +
                    ": --cache is for a bucket; a folder is read faster than a "
                    "copy of it");
  if (request.bucket.checksums)
    throw RootError(store.root.rootdirectory +
                    ": --checksums is for a bucket; a folder keeps no "
                    "checksums, so leave it out and every blob is read");
  store.inside_root = inside(store.root);
  store.names_upstream = names_upstream(store.root.config, request.environment);
  store.proxy_cache =
      store.names_upstream || look_around(store.root.rootdirectory).proxy_cache;
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
    return open_in_bucket(bucket_of_flags(request), request);
  try {
    return open_on_disk(request);
  } catch (const OtherDriverError&) {
    return open_in_bucket(bucket_of_config(request), request);
  }
}

}  // namespace dregs
