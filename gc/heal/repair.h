// Puts right what leaves nothing to guess: a blob that is corrupt or missing
// gets the bytes that another registry has under its digest; a link that can
// only have held one digest (format.md#2) gets that. Plain values; pure.
#pragma once

#include <string>
#include <vector>

#include "scanner/formats/digest.h"
#include "scanner/inventory/finding.h"

namespace dregs {

struct Repair {
  enum class What { blob, link };
  What what{};
  std::string path;  // relative to v2
  Digest digest;     // of the blob, or what the link has to hold

  auto operator<=>(const Repair&) const = default;
};

// Of a verification's findings, those that such repairs are for: blobs first,
// sorted, each once.
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
  std::string error;     // a sentence for a person
  std::string replaced;  // where, relative to v2, what was there lies now
};

}  // namespace dregs
