#include "gc/processes/process_config.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <chrono>
#include <cstring>
#include <string_view>

#include "scanner/disk/config_file.h"

namespace dregs {
namespace {

// The registry may have been started by a script that wrote its configuration
// first, in the same process: not every younger configuration is a new one.
constexpr auto kStartTakesAtMost = std::chrono::seconds(10);

std::optional<std::string> variable(const std::vector<std::string>& environment,
                                    std::string_view name) {
  for (const std::string& entry : environment)
    if (entry.starts_with(name) && entry.substr(name.size()).starts_with('='))
      return entry.substr(name.size() + 1);
  return std::nullopt;
}

bool changed_since_start(const ProcessView& process, const std::string& file) {
  struct stat status {};
  const auto started = process.started();
  if (!started || stat(file.c_str(), &status) != 0) return false;
  // Not the time of modification, which whoever copies a file may set.
  const auto changed =
      std::chrono::system_clock::from_time_t(status.st_ctim.tv_sec);
  return changed > *started + kStartTakesAtMost;
}

std::vector<std::string> environment_of(const ProcessView& process) {
  const ProcRead read = process.environment();
  if (read.error != 0)
    throw ProcessDoubt(fmt::format("its environment cannot be read: {}",
                                   std::strerror(read.error)));
  return split_at_zeros(read.bytes);
}

std::optional<RegistryConfig> load(const std::string& path,
                                   const std::vector<std::string>& environment,
                                   const std::string& origin) {
  try {
    return load_registry_config(path, environment, origin);
  } catch (const OtherDriverError&) {
    return std::nullopt;
  } catch (const ConfigError& error) {
    throw ProcessDoubt(fmt::format("its configuration: {}", error.what()));
  }
}

}  // namespace

std::optional<ProcessConfig> config_of(const ProcessView& process,
                                       const RegistryInvocation& invocation) {
  const std::vector<std::string> environment = environment_of(process);
  const auto file = invocation.config
                        ? invocation.config
                        : variable(environment, "REGISTRY_CONFIGURATION_PATH");
  if (!file || file->empty())
    return std::nullopt;  // a registry without one ends at once
  const ProcPath path = process.open_path(*file);
  if (path.error != 0)
    throw ProcessDoubt(fmt::format("its configuration {} cannot be read: {}",
                                   *file, std::strerror(path.error)));
  auto config = load(path.path, environment, *file);
  if (!config) return std::nullopt;
  return ProcessConfig{std::move(*config),
                       changed_since_start(process, path.path)};
}

}  // namespace dregs
