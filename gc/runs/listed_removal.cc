#include "gc/runs/listed_removal.h"

namespace dregs {
namespace {

std::string digest_text(const Removal& removal) {
  if (removal.digest != Digest{}) return removal.digest.to_string();
  return removal.kind == RemovalKind::layer_link ? removal.name.text() : "";
}

}  // namespace

ListedRemoval listed(const Removal& removal, const OpenedStore& store,
                     const Inventory& inventory) {
  return {std::string(to_string(removal.kind)),
          store.shown(path_of(removal, inventory)), digest_text(removal),
          removal.bytes, std::string(to_string(removal.reason))};
}

std::vector<ListedRemoval> all_listed(const Plan& plan,
                                      const OpenedStore& store,
                                      const Inventory& inventory) {
  std::vector<ListedRemoval> list;
  list.reserve(plan.removals.size());
  for (const Removal& removal : plan.removals)
    list.push_back(listed(removal, store, inventory));
  return list;
}

}  // namespace dregs
