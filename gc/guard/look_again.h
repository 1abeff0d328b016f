// Is the store still what the scan saw? format.md#6.3, #row-72. Those that are
// given a v2 folder scan the repositories again, which costs what scanning them
// cost; they use the calling task arena, and say nothing has changed where
// `stop` is requested meanwhile.
#pragma once

#include <set>
#include <string>

#include "gc/decide/plan.h"
#include "scanner/inventory/inventory.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

struct Change {
  bool changed = false;
  std::string repository;  // the first; empty where it is in none
};

// Before anything is removed: any difference at all.
Change changed_since(const Inventory& before, int v2, const StopRequest& stop);
// The same of a later scan. Pure.
Change changed_since(const Inventory& before, const Inventory& now);

// When the links that go are gone, before the blobs or after the last removal:
// is there anything that was not there before, or is something back that was
// removed? `failed`:
// repositories (by position) in which something that was to go is still there.
Change written_since(const Inventory& before, const Plan& plan,
                     const std::set<std::uint32_t>& failed, int v2,
                     const StopRequest& stop);
// The same of a later scan. Pure.
Change written_since(const Inventory& before, const Plan& plan,
                     const std::set<std::uint32_t>& failed,
                     const Inventory& now);

}  // namespace dregs
