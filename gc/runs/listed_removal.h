// A ListedRemoval is one removal as --list shows it. It is a plain value.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gc/decide/plan.h"
#include "gc/storage/opened_store.h"

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

// All of a plan, in its order.
std::vector<ListedRemoval> all_listed(const Plan& plan,
                                      const OpenedStore& store,
                                      const Inventory& inventory);

}  // namespace dregs
