// What the configuration of every storage driver shares: the tree with the
// environment laid over it, its one driver, and what the server does besides.
// format.md#5. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "scanner/config/registry_config.h"

namespace dregs {

// Throws ConfigError.
ConfigNode read_config_tree(std::string_view yaml,
                            std::span<const std::string> environment,
                            const std::string& origin);

// Below `storage`, into the tree. Throws ConfigError where there is not exactly
// one.
const ConfigNode& storage_driver_of(const ConfigNode& tree,
                                    const std::string& origin);

// All of it but the root.
void read_server_settings(const ConfigNode& tree, RegistryConfig& config);

}  // namespace dregs
