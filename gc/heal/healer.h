// A Healer puts right what a verification found wrong in a store, whatever
// storage the store is in. What was there before goes to a folder of this run
// in docker/registry/.dregs/quarantine, under the path that it had: nothing is
// lost. DiskHealer and BucketHealer implement it.
//
// Paths are relative to v2. One thread at a time. No server may run meanwhile.
// An error is a sentence for a person.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gc/heal/quarantine.h"
#include "gc/heal/repair.h"
#include "scanner/inventory/stop_request.h"
#include "scanner/store/store_reader.h"

namespace dregs {

class Healer {
 public:
  virtual ~Healer() = default;

  // One after the other; what is done is stored when it returns. Ends early
  // where `stop` is requested; counts the bytes that it has read. Blobs are
  // taken from `other`, which is only read, and may be null where there is no
  // blob to repair. Bytes are hashed before anything is replaced by them.
  virtual std::vector<Repaired> repair(const std::vector<Repair>& repairs,
                                       const StoreReader* other,
                                       const StopRequest& stop,
                                       std::atomic<std::uint64_t>& bytes) = 0;

  // Moves away what these findings say is better away, so that the next push of
  // an image that needs it stores it anew: a server keeps what is there and
  // says "layer already exists" (format.md#7.2).
  virtual std::vector<Quarantined> quarantine(
      const std::vector<Finding>& findings) = 0;
};

// Calls repairer.carry_out(repair) for one after the other. Ends where `stop`
// is requested, and where that gives none.
template <class Repairer>
std::vector<Repaired> repair_each(const std::vector<Repair>& repairs,
                                  Repairer& repairer, const StopRequest& stop) {
  std::vector<Repaired> done;
  for (const Repair& repair : repairs) {
    std::optional<Repaired> result;
    if (!stop.requested()) result = repairer.carry_out(repair);
    if (!result) break;
    done.push_back(std::move(*result));
  }
  return done;
}

}  // namespace dregs
