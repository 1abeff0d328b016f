// Reads the configuration of a registry from its file.
#pragma once

#include <span>
#include <string>

#include "scanner/config/registry_config.h"

namespace dregs {

// Returns the bytes of a regular file of at most 1 MiB, or its first MiB and
// one byte more, which no parser takes. Throws ConfigError. `origin` names it
// in messages.
std::string read_config_file(const std::string& file,
                             const std::string& origin);

// Reads and parses `file`, a regular file of at most 1 MiB. Throws ConfigError,
// also where the file cannot be read.
RegistryConfig load_registry_config(const std::string& file,
                                    std::span<const std::string> environment,
                                    const std::string& origin);

}  // namespace dregs
