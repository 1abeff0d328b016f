// Puts right what leaves nothing to guess: a blob that is corrupt or missing
// gets the bytes that another registry has under its digest; a link that can
// only have held one digest (format.md#2) gets that. Bytes are hashed on their
// way into a new file in .dregs/repair beside v2, which is synced and then
// renamed into a place that is free: what was there moves to quarantine first.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "scanner/formats/digest.h"
#include "scanner/inventory/finding.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

struct Repair {
  enum class What { blob, link };
  What what{};
  std::string path;  // relative to v2
  Digest digest;     // of the blob, or what the link has to hold

  auto operator<=>(const Repair&) const = default;
};

// Of a verification's findings, those that such repairs are for: blobs first,
// sorted, each once. Pure.
std::vector<Repair> repairable(const std::vector<Finding>& findings, bool blobs,
                               bool links);

struct Repaired {
  enum class Outcome {
    done,
    no_source,       // there is no blob of this digest to take or to trust
    corrupt_source,  // its bytes do not hash to it
    failed,          // see error
  };
  Repair repair;
  Outcome outcome = Outcome::done;
  int error = 0;         // errno
  std::string replaced;  // where, relative to v2, what was there lies now
};

// One after the other; what is done is on the disk when it returns. Ends early
// where `stop` is requested; counts the bytes that it has read. `other` is the
// open v2 folder of the registry whose blobs are taken, and is only read; `run`
// names the folder in quarantine. Descriptors are borrowed. Not while a server
// runs.
std::vector<Repaired> carry_out(const std::vector<Repair>& repairs, int v2,
                                int other, const std::string& run,
                                const StopRequest& stop,
                                std::atomic<std::uint64_t>& bytes);

}  // namespace dregs
