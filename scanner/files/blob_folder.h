// The folder of all blobs, held open to read blobs by their digests
// (format.md#1.1). Thread-safe. One folder stays open, not its 256 prefixes:
// each time that a process with threads has twice as many files open as ever
// before, the kernel lets it wait for milliseconds.
#pragma once

#include <string>

#include "scanner/files/descriptor.h"
#include "scanner/formats/digest.h"

namespace dregs {

class BlobFolder {
 public:
  // `v2` is borrowed, and only during the call.
  explicit BlobFolder(int v2);

  // Opens a blob's data for reading without ever waiting for it. Symbolic links
  // are followed, as the server does: the hash decides what it is. Invalid with
  // errno set where that fails.
  Descriptor open(const Digest& digest) const;
  // The same of what is stored under another algorithm: "sha512:<hex>".
  Descriptor open_other(const std::string& digest) const;

 private:
  Descriptor blobs_;
  Descriptor sha256_;
};

}  // namespace dregs
