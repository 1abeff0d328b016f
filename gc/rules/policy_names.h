// Checks that the names in a policy exist in this store (retention-rules.md#4).
#pragma once

#include "gc/rules/policy_file.h"
#include "scanner/inventory/inventory.h"

namespace dregs {

// Throws PolicyError where a whole name does not exist here, or where the rules
// name no tag at all. A misspelt policy might remove what it should protect.
// `latest` may be absent.
void require_names(const RetentionPolicy& policy, const Inventory& inventory);

}  // namespace dregs
