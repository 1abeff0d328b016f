// A NamedBucket is the bucket that a command works on (promises.md#root,
// object-storage.md#2).
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

// Both throw ConfigError.
// The root that was asked for is s3://BUCKET/PREFIX.
NamedBucket bucket_of_flags(const RootRequest& request);
// resolve_root() threw OtherDriverError: the configuration that decides keeps
// the registry elsewhere than in a folder.
NamedBucket bucket_of_config(const RootRequest& request);

}  // namespace dregs
