// Which blobs and links are needed (format.md#1.6, #3.6). A pure function of
// what was scanned: no I/O, and the same answer with any number of threads.
#pragma once

#include <cstdint>
#include <vector>

#include "gc/mark/policy.h"
#include "scanner/inventory/inventory.h"
#include "scanner/inventory/manifest_graph.h"

namespace dregs {

// Why nothing in a repository goes, by position; empty: not pinned.
using Pins = std::vector<std::vector<PinReason>>;

struct RepositoryMark {
  std::vector<bool> revisions;  // kept; parallel to Repository::revisions
  std::vector<bool> layers;
  std::vector<bool> aliases;
  bool pinned = false;
  // A tag or a revision that is kept, and not for a pin alone, names a sound
  // manifest. What layer links, pins and uploads hold is no proof that the
  // registry's images are here.
  bool has_image = false;

  bool keeps_revision(const Repository& repository, const Digest& digest) const;
};

struct MarkSet {
  // By BlobId. `live`: a kept manifest needs it. `held`: only a pinned
  // repository could still serve it.
  std::vector<std::uint8_t> live;
  std::vector<std::uint8_t> held;
  std::vector<RepositoryMark> repositories;
};

// Whether nothing in a repository goes for these reasons. A pull-through cache
// is one only as long as nobody says that what is untagged may go from it, or
// that it is to shrink: it fetches that again (format.md#6.4).
bool is_pinned(const std::vector<PinReason>& reasons, const Policy& policy);

// Roots: revisions, tags and what unsound links lead to; with
// policy.delete_untagged tags only, and then the referrers of what is kept.
// Pinned repositories keep all that they could serve, U(R).
MarkSet mark(const Inventory& inventory, const ManifestGraph& graph,
             const Pins& pins, const Policy& policy);

}  // namespace dregs
