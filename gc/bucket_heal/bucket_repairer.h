// BucketRepairer makes single repairs in a registry in object storage
// (object-storage.md#4.10). A new blob is uploaded to its place, where nobody
// sees it before its bytes are hashed; what was there is copied aside before it
// is replaced.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "gc/heal/repair.h"
#include "scanner/bucket/bucket_reader.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

class BucketRepairer {
 public:
  // All arguments are borrowed, as Healer::repair() has them.
  BucketRepairer(const BucketRoot& root, const std::string& run,
                 const StoreReader* other, const StopRequest& stop,
                 std::atomic<std::uint64_t>& bytes);

  // None where a stop was requested before it was done.
  std::optional<Repaired> carry_out(const Repair& repair);

 private:
  void replace_blob(Repaired& result);
  void replace_link(Repaired& result);
  // Throws Cut, with the outcome set, unless the blob is sound in `source`.
  template <class See>
  void read(const StoreReader& source, Repaired& result, const See& see) const;

  const BucketRoot& root_;
  const std::string& run_;
  const BucketReader own_;
  const StoreReader* other_;
  const StopRequest& stop_;
  std::atomic<std::uint64_t>& bytes_;
};

}  // namespace dregs
