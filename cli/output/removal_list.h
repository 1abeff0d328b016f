// Removals by name, as --list shows them: one line, one JSON object each.
#pragma once

#include "cli/output/json_document.h"
#include "gc/decide/plan.h"

namespace dregs {

struct ListedRemoval {
  std::string kind;
  std::string path;    // as output shows it; raw bytes
  std::string digest;  // empty where there is none
  std::uint64_t bytes = 0;
  std::string reason;
};

ListedRemoval listed(const Removal& removal, const OpenedStore& store,
                     const Inventory& inventory);

Json to_json(const ListedRemoval& removal);

void print_listed(const ListedRemoval& removal);

}  // namespace dregs
