// Runs dregs where things are mounted inside a store, which needs root: the
// mounts live in a namespace of the run's own and end with it.
#pragma once

#include <string>
#include <vector>

#include "tests/gc_run.h"

namespace dregs {

// False where this process may not make mounts.
bool can_mount();

// `commands` are lines of sh, run in the store's v2 folder before the gc.
GcRun run_gc_among_mounts(const StoreBuilder& store,
                          const std::string& commands,
                          const std::vector<std::string>& arguments = {});

}  // namespace dregs
