// Removals by name, as --list shows them: one line, one JSON object each.
#pragma once

#include "cli/output/json_document.h"
#include "gc/runs/listed_removal.h"

namespace dregs {

Json to_json(const ListedRemoval& removal);

void print_listed(const ListedRemoval& removal);

}  // namespace dregs
