// A LinkWriter writes single links of a store, as a server does, whatever
// storage the store is in. DiskLinkWriter and BucketLinkWriter implement it.
//
// Paths are relative to v2. One thread at a time. No server may run meanwhile.
#pragma once

#include <optional>
#include <string>

#include "scanner/formats/digest.h"

namespace dregs {

// What a link says, and by what the storage tells that it still says so.
struct FoundLink {
  bool there = false;
  std::optional<Digest> target;  // none where it is not sound
  std::string stamp;             // of an object: its ETag
  std::string error;  // why nobody can tell; the rest is nothing then
};

struct LinkOutcome {
  enum class State {
    written,
    changed,  // the link does not say any more what was found
    failed,   // see detail
  };
  State state = State::written;
  std::string detail;
};

class LinkWriter {
 public:
  virtual ~LinkWriter() = default;

  virtual FoundLink find(const std::string& path) = 0;

  // Writes the link over what was found there. A reader sees the whole old link
  // or the whole new one; where it fails the old one is unchanged.
  virtual LinkOutcome replace(const std::string& path, const FoundLink& over,
                              const Digest& digest) = 0;

  // Everything written so far is on the disk when this returns "". It returns
  // the reason otherwise.
  virtual std::string sync() = 0;
};

}  // namespace dregs
