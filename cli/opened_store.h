// The store that a command works on, found and opened; and the way into it
// for commands that write.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "cli/options.h"
#include "gc/refusal.h"
#include "gc/registry_process.h"
#include "scanner/descriptor.h"
#include "scanner/finding.h"
#include "scanner/root.h"

namespace dregs {

struct OpenedStore {
  ResolvedRoot root;
  Descriptor v2;
  std::string inside_root;  // "docker/registry/v2/", or "" where root is v2
  bool proxy_cache = false;

  // Paths of the layout, relative to the root, as output shows them. What
  // stands beside v2 begins with "../"; where a symbolic link leads to v2, its
  // real path is shown.
  std::string shown(const std::string& path) const;
};

// Which root the options and the environment ask for.
RootRequest root_request(const GlobalOptions& options);

// Throws RootError, ConfigError, or std::runtime_error where the folder
// cannot be opened.
OpenedStore open_store(const GlobalOptions& options);

// Takes the lock and looks for registry processes: why this command must not
// write, and what to say about readers. The lock lasts as long as the store.
struct Exclusivity {
  std::vector<Refusal> refusals;
  std::vector<Finding> findings;
  // Registries that may stay up, "process 12 (registry serve …)"; and whether
  // one of them has its cache in Redis.
  std::vector<std::string> staying;
  bool uses_redis = false;
  std::vector<RegistryProcess> processes;
};
Exclusivity make_exclusive(const OpenedStore& store);

// Registry processes alone, for commands that only look.
Exclusivity look_for_registries(const OpenedStore& store);

Finding finding_for(const RegistryProcess& process);
// Why a command that removes refuses while this process runs.
Refusal refusal_for(const RegistryProcess& process);

// The inode of its v2 folder, by which what was saved about it is told from
// what is about another root: moves and containers leave it alone. Throws
// std::runtime_error.
std::uint64_t root_inode(const OpenedStore& store);

}  // namespace dregs
