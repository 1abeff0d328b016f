// Reads one manifest's blob: hash first, then parse. Thread-safe; keeps its
// buffers per thread, and reads at most one very large manifest at a time.
#pragma once

#include <string>

#include "scanner/files/blob_folder.h"
#include "scanner/inventory/manifest_graph.h"

namespace dregs {

struct ManifestRead {
  ManifestState state = ManifestState::unreadable;
  int error = 0;
  Manifest manifest;
};

class ManifestReaderPool {
 public:
  // `v2` is borrowed, and only during the call.
  explicit ManifestReaderPool(int v2) : blobs_(v2) {}

  // `declared`: the blob is named as a manifest (revision, tag, index child);
  // otherwise it is only looked at, and read if it looks like one or may have
  // been one.
  ManifestRead read(const Blob& blob, bool declared) const;
  // The same of what is stored under another algorithm: "sha512:<hex>".
  ManifestRead read_other(const std::string& digest, bool declared) const;

 private:
  BlobFolder blobs_;
};

}  // namespace dregs
