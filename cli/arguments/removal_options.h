// The flags of every command that removes, with one meaning
// (promises.md#may-touch): gc, apply and rm.
#pragma once

#include "cli/arguments/options.h"
#include "gc/runs/collection.h"

namespace dregs {

// --max-delete, --trash, --prove, --deadline, and --list into `list`.
void add_removal_options(CLI::App& command, CollectionOptions& options,
                         bool& list);

void add_allow_empty(CLI::App& command, Policy& policy);

}  // namespace dregs
