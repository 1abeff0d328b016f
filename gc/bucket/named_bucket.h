// named_bucket() says which bucket a command works on, if it is one
// (promises.md#root, object-storage.md#2).
#pragma once

#include <optional>
#include <string>

#include "scanner/config/registry_config.h"
#include "scanner/disk/root.h"
#include "scanner/s3/bucket_location.h"

namespace dregs {

struct NamedBucket {
  BucketLocation location;
  std::string source;  // as ResolvedRoot::source
  std::optional<RegistryConfig> config;
};

// None where the root is a folder. Reads the configuration that decides. Throws
// ConfigError.
std::optional<NamedBucket> named_bucket(const RootRequest& request);

}  // namespace dregs
