// These functions find who else uses a store: another run of dregs, or a
// registry process.
#pragma once

#include <string>
#include <vector>

#include "gc/decide/refusal.h"
#include "gc/processes/registry_process.h"
#include "scanner/disk/root.h"
#include "scanner/inventory/finding.h"

namespace dregs {

// make_exclusive() takes the lock and looks for registry processes. `refusals`
// say why this command must not write, `findings` name the registries that only
// read. The lock lasts until the open folder `v2` is closed.
struct Exclusivity {
  std::vector<Refusal> refusals;
  std::vector<Finding> findings;
  // The registries that may stay up, as "process 12 (registry serve …)".
  // `uses_redis` says whether one of them has its cache in Redis.
  std::vector<std::string> staying;
  bool uses_redis = false;
  std::vector<RegistryProcess> processes;
};
Exclusivity make_exclusive(const ResolvedRoot& root, int v2);

// Takes the lock alone, for commands that touch nothing that a registry reads.
std::vector<Refusal> lock_out_others(const ResolvedRoot& root, int v2);

// Looks for registry processes alone, for commands that only read.
Exclusivity look_for_registries(const ResolvedRoot& root);

Finding finding_for(const RegistryProcess& process);
// Says why a command that removes refuses while this process runs.
Refusal refusal_for(const RegistryProcess& process);

}  // namespace dregs
