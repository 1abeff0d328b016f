#include "cli/output/removal_list.h"

#include <fmt/format.h>

#include "scanner/formats/text.h"

namespace dregs {

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
