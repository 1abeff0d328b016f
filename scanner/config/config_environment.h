// REGISTRY_* variables laid over a configuration tree. format.md#5.
#pragma once

#include <span>
#include <string>

#include "scanner/config/config_tree.h"

namespace dregs {

// In the lexical order of full names, so that REGISTRY_STORAGE acts before
// REGISTRY_STORAGE_FILESYSTEM. `tree` is a map. Pure. Throws ConfigError for
// a value that is not YAML.
void lay_environment_over(ConfigNode& tree,
                          std::span<const std::string> environment);

// `storage: filesystem` means `storage: {filesystem: {}}`.
void spell_out_storage(ConfigNode& tree);

}  // namespace dregs
