// What a registry's config.yml says about its storage, with the REGISTRY_*
// variables of an environment laid over it as the registry itself does.
// format.md#5. Values; parse_registry_config is pure, any thread may call it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "scanner/config/config_tree.h"

namespace dregs {

struct RegistryConfig {
  // As written: relative paths are relative to the server's working directory.
  std::string root_directory = "/var/lib/registry";
  // "FILE:LINE", the variable's name, or "default".
  std::string root_set_by = "default";
  bool readonly = false;    // storage.maintenance.readonly.enabled
  bool proxy = false;       // a pull-through cache: proxy.remoteurl is set
  bool uses_redis = false;  // descriptors may outlive the server in Redis
  std::string http_addr;    // empty where none is set
};

// The configuration is sound, but keeps its data elsewhere than in files.
class OtherDriverError : public ConfigError {
 public:
  using ConfigError::ConfigError;
};

// `environment` holds "NAME=value"; all but REGISTRY_* is ignored. `origin` is
// the file's name for messages. Throws ConfigError for whatever the registry
// would refuse as well, and for what could be read in two ways.
RegistryConfig parse_registry_config(std::string_view yaml,
                                     std::span<const std::string> environment,
                                     const std::string& origin);

}  // namespace dregs
