#include "scanner/ways/keep_places.h"

#include <algorithm>
#include <bitset>
#include <string>

#include "scanner/formats/layout.h"
#include "scanner/formats/path_below.h"
#include "scanner/ways/place_kind.h"

namespace dregs {
namespace {

void keep_blob(Inventory& inventory, const Digest& digest) {
  if (const auto id = inventory.blobs.find(digest)) inventory.blobs.keep(*id);
  auto& empty = inventory.empty_blob_folders;
  const auto at = std::lower_bound(empty.begin(), empty.end(), digest);
  if (at != empty.end() && *at == digest) empty.erase(at);
}

}  // namespace

void keep_blobs_at(Inventory& inventory, std::string_view path) {
  const auto digest = Digest::from_hex(component(path, kBlobDepth));
  if (digest && is_at_or_below(path, layout::blob(*digest)))
    return keep_blob(inventory, *digest);
  std::bitset<256> kept;  // prefix folders, by their digests' first byte
  for (PrefixFolder& prefix : inventory.prefixes)
    if (is_at_or_below(layout::blob_prefix(prefix.name), path)) {
      prefix.removable = false;
      kept.set(std::stoul(prefix.name, nullptr, 16));
    }
  if (kept.none()) return;
  for (BlobId id = 0; id < inventory.blobs.size(); ++id)
    if (kept[inventory.blobs[id].digest.bytes[0]]) inventory.blobs.keep(id);
  std::erase_if(inventory.empty_blob_folders,
                [&](const Digest& folder) { return kept[folder.bytes[0]]; });
}

void keep_prefix(Inventory& inventory, std::string_view path) {
  for (PrefixFolder& prefix : inventory.prefixes)
    if (layout::blob_prefix(prefix.name) == path) prefix.removable = false;
}

void keep_namespaces(Inventory& inventory, std::string_view folder,
                     bool below) {
  auto& all = inventory.namespaces;
  auto at = std::lower_bound(
      all.begin(), all.end(), folder,
      [](const NamespaceFolder& a, std::string_view b) { return a.path < b; });
  for (; at != all.end() && at->path.starts_with(folder); ++at)
    if (at->path == folder || (below && is_at_or_below(at->path, folder)))
      at->removable = false;
    else if (!below)
      return;
}

}  // namespace dregs
