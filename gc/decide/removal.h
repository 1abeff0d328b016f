// A Removal is one thing that goes, and why. Pure values.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "gc/names/rare_name.h"
#include "scanner/inventory/inventory.h"

namespace dregs {

// In the order in which they are removed: what refers goes before what it
// refers to, so that a run may stop anywhere (promises.md#may-touch).
enum class RemovalKind : std::uint8_t {
  tag_history,
  tag,  // the whole tag folder; by `rm` only
  revision,
  layer_link,
  blob,
  upload,
  temporary,
  folder,
};

std::string_view to_string(RemovalKind kind);

enum class RemovalReason : std::uint8_t {
  revision_removed,  // history of a revision that is not kept
  untagged,          // no kept tag, index or subject reaches it
  unneeded_link,     // no kept manifest of the repository needs the layer
  unreferenced,      // no kept manifest anywhere needs the blob
  stale_upload,      // not touched for long
  left_over,         // a temporary file of a write that never finished
  left_empty,        // holds nothing, or nothing after this run
  requested,         // named by `rm`
};

std::string_view to_string(RemovalReason reason);

inline constexpr std::uint32_t kNoRepository =
    std::numeric_limits<std::uint32_t>::max();

struct Removal {
  RemovalKind kind{};
  RemovalReason reason{};
  std::uint32_t repository = kNoRepository;  // position in the inventory
  Digest digest{};          // of a history entry, revision, layer link or blob
  std::uint64_t bytes = 0;  // what it frees; 0 for links and folders
  // tag_history: the tag. tag: its name. layer_link: the digest where it is
  // an alias. upload: its id. temporary, folder: the path below v2.
  RareName name;
};

// Relative to the v2 folder: the folder that goes, or the temporary file.
std::string path_of(const Removal& removal, const Inventory& inventory);

}  // namespace dregs
