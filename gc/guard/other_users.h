// Who else uses a store: the lock of another run, and registry processes.
#pragma once

#include <string>
#include <vector>

#include "gc/decide/refusal.h"
#include "gc/guard/registry_process.h"
#include "scanner/disk/root.h"
#include "scanner/inventory/finding.h"

namespace dregs {

// Takes the lock and looks for registry processes: why this command must not
// write, and what to say about readers. The lock lasts until the open folder
// `v2` is closed.
struct Exclusivity {
  std::vector<Refusal> refusals;
  std::vector<Finding> findings;
  // Registries that may stay up, "process 12 (registry serve …)"; and whether
  // one of them has its cache in Redis.
  std::vector<std::string> staying;
  bool uses_redis = false;
  std::vector<RegistryProcess> processes;
};
Exclusivity make_exclusive(const ResolvedRoot& root, int v2);

// Registry processes alone, for commands that only look.
Exclusivity look_for_registries(const ResolvedRoot& root);

Finding finding_for(const RegistryProcess& process);
// Why a command that removes refuses while this process runs.
Refusal refusal_for(const RegistryProcess& process);

}  // namespace dregs
