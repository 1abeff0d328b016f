// For each blob: does nobody need it, one, or several? Saturates at several,
// so that one word a blob answers for any number of repositories and tags.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <vector>

#include "scanner/inventory/inventory.h"

namespace dregs {

using OwnerId = std::uint32_t;
inline constexpr OwnerId kNobody = std::numeric_limits<OwnerId>::max();
inline constexpr OwnerId kSeveral = kNobody - 1;

// Thread contract: add() from any thread; owner() once all add() are done.
class NeedCount {
 public:
  explicit NeedCount(std::size_t blobs) : owners_(blobs) {
    for (std::atomic<OwnerId>& owner : owners_)
      owner.store(kNobody, std::memory_order_relaxed);
  }

  // As often as one likes for the same owner. kSeveral: somebody who will
  // never go.
  void add(BlobId blob, OwnerId owner) {
    OwnerId seen = owners_[blob].load(std::memory_order_relaxed);
    if (seen == owner || seen == kSeveral) return;
    if (seen == kNobody && owners_[blob].compare_exchange_strong(
                               seen, owner, std::memory_order_relaxed))
      return;
    if (seen != owner) owners_[blob].store(kSeveral, std::memory_order_relaxed);
  }

  OwnerId owner(BlobId blob) const {
    return owners_[blob].load(std::memory_order_relaxed);
  }

 private:
  std::vector<std::atomic<OwnerId>> owners_;
};

}  // namespace dregs
