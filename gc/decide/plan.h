// What goes, why, and how many bytes that frees: a value, made by a pure
// function. A dry run is a plan that nobody executes.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "gc/mark/mark.h"
#include "gc/mark/policy.h"
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

struct Plan {
  std::vector<Removal> removals;  // by kind, then in the inventory's order
};

// What both name, in the order of the first.
Plan intersection(const Plan& plan, const Plan& other);

inline constexpr std::size_t kRemovalKinds = 8;

struct KindTotal {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
};

// Position: RemovalKind.
using KindTotals = std::array<KindTotal, kRemovalKinds>;

KindTotals totals_of(const Plan& plan);

// Pure; each runs on one thread.
Plan make_plan(const Inventory& inventory, const MarkSet& marks,
               const Policy& policy);
// totals_of(make_plan(…)), without the memory that the plan would take.
KindTotals planned_totals(const Inventory& inventory, const MarkSet& marks,
                          const Policy& policy);

}  // namespace dregs
