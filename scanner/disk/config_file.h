// A registry's configuration as a file.
#pragma once

#include <span>
#include <string>

#include "scanner/config/registry_config.h"

namespace dregs {

// Reads `file` (a regular file of at most 1 MiB) and parses it. Throws
// ConfigError also where it cannot be read.
RegistryConfig load_registry_config(const std::string& file,
                                    std::span<const std::string> environment,
                                    const std::string& origin);

}  // namespace dregs
