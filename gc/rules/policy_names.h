// Whether a policy's names mean something in this store (retention-rules.md#4).
#pragma once

#include "gc/rules/policy_file.h"
#include "scanner/inventory/inventory.h"

namespace dregs {

// Throws PolicyError where a name that is no glob and no expression is not
// here, or where the rules name no tag at all: a policy that is misspelt may
// let go what it was to protect. `latest` may be absent.
void require_names(const RetentionPolicy& policy, const Inventory& inventory);

}  // namespace dregs
