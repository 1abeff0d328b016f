// KnownManifests are the bytes of manifests that an earlier run read. Any
// thread may call, and nothing throws.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scanner/inventory/inventory.h"

namespace dregs {

class KnownManifests {
 public:
  virtual ~KnownManifests() = default;

  // The blob's bytes, which hash to its digest; none where they are not known,
  // or where the storage was given others since.
  virtual std::optional<std::string> find(const Blob& blob) = 0;
  // These hash to the blob's digest.
  virtual void keep(const Blob& blob, std::string_view bytes) = 0;
};

}  // namespace dregs
