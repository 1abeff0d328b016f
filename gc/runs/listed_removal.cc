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

}  // namespace dregs
