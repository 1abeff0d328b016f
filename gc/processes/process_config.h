// config_of() reads the configuration that a registry process was started with.
// It only reads. Any thread may call it.
#pragma once

#include <optional>
#include <stdexcept>

#include "gc/processes/process_view.h"
#include "gc/processes/registry_invocation.h"
#include "scanner/config/registry_config.h"

namespace dregs {

// Says why nobody can tell what a process serves.
struct ProcessDoubt : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct ProcessConfig {
  RegistryConfig config;
  bool changed = false;  // since the process was started
};

// Returns none where the process has no configuration, or one of another
// storage than files. Throws ProcessDoubt.
std::optional<ProcessConfig> config_of(const ProcessView& process,
                                       const RegistryInvocation& invocation);

}  // namespace dregs
