// Whose bytes they are: by closure, not by sums, so that a layer under ten
// images counts once. Pure and parallel, like mark(), and one pass: for each
// blob one word says whether nobody, one or several need it.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "gc/mark/mark.h"
#include "gc/mark/policy.h"
#include "scanner/inventory/inventory.h"
#include "scanner/inventory/manifest_graph.h"

namespace dregs {

// `bytes` as stat says; `disk` what the filesystem allots, a file with several
// names counted once.
struct Amount {
  std::uint64_t bytes = 0;
  std::uint64_t disk = 0;

  Amount& operator+=(const Amount& other) {
    bytes += other.bytes;
    disk += other.disk;
    return *this;
  }
};

// Sums blobs, of a file with several names only the first.
class BlobSum {
 public:
  void add(const Blob& blob);
  const Amount& amount() const { return amount_; }

 private:
  Amount amount_;
  std::set<std::uint64_t> inodes_;
};

struct Usage {
  Amount total;   // all that is kept for it
  Amount shared;  // of that, what others keep as well
  // What removing it alone would free: of what nobody else keeps, all but
  // what has other names (hard links), lies behind symbolic links, or is
  // young. With the unfinished uploads that gc would leave.
  Amount own;
};

// What a blob frees by going.
Amount freed_by(const Blob& blob, const Policy& policy);

// By position in the inventory, for gc without --delete-untagged.
std::vector<Usage> usage_of_repositories(const Inventory& inventory,
                                         const ManifestGraph& graph,
                                         const Pins& pins,
                                         const Policy& policy);

// Of these repositories together, as if they were one.
Usage usage_together(const Inventory& inventory, const ManifestGraph& graph,
                     const Pins& pins, const Policy& policy,
                     const std::vector<std::uint32_t>& repositories);

// By repository and tag, where `own` is what removing the tag and then gc
// --delete-untagged would free. Nothing in a pinned repository is a tag's own.
std::vector<std::vector<Usage>> usage_of_tags(const Inventory& inventory,
                                              const ManifestGraph& graph,
                                              const Pins& pins,
                                              const Policy& policy);

}  // namespace dregs
