#include "cli/output/removal_list.h"

#include <fmt/format.h>

#include "scanner/formats/text.h"

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

Json to_json(const ListedRemoval& removal) {
  return {{"kind", removal.kind},
          {"path", utf8(removal.path)},
          {"digest", text_or_null(removal.digest)},
          {"bytes", removal.bytes},
          {"reason", removal.reason}};
}

void print_listed(const ListedRemoval& removal) {
  fmt::print("  {:<12} {:>10}  {}  {}\n", removal.kind,
             removal.bytes == 0 ? "" : human_bytes(removal.bytes),
             escaped(removal.path), removal.reason);
}

}  // namespace dregs
