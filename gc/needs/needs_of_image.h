// What an image needs, part by part, and whether other tags need it as well.
// Pure. Part of `dregs why REPO:TAG`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gc/mark/mark.h"
#include "gc/mark/policy.h"
#include "scanner/inventory/inventory.h"
#include "scanner/inventory/manifest_graph.h"

namespace dregs {

struct NeededPart {
  std::string digest;  // "alg:hex"
  bool present = false;
  std::uint64_t bytes = 0;  // as it lies there
  // Whether it stays without this image: another tag needs it, its repository
  // is pinned, or it is too young to go.
  bool by_others = false;
};

// Of everything below `manifest` in the repository at this position, itself
// first, then in the order in which it is reached; referrers included.
std::vector<NeededPart> needs_of_image(const Inventory& inventory,
                                       const ManifestGraph& graph,
                                       const Pins& pins, const Policy& policy,
                                       std::size_t repository,
                                       const Digest& manifest);

}  // namespace dregs
