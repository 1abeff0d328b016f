// A ManifestSource reads the manifests of one store, whatever storage it is in:
// scanner/disk and scanner/bucket have one each. The bytes are hashed before
// they are believed.
//
// Any number of threads may call. What cannot be read is unreadable, with an
// errno; only a source that nothing can be asked of any more throws.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/inventory/manifest_graph.h"

namespace dregs {

struct ManifestRead {
  ManifestState state = ManifestState::unreadable;
  int error = 0;
  Manifest manifest;
};

ManifestRead unreadable_manifest(int error);
ManifestRead opaque_manifest();
// Beyond what is parsed.
ManifestRead oversized_manifest();
ManifestRead judge_manifest_bytes(std::string_view bytes, bool hashes_to_name);

// format.md#P4: what is named below one revision's signatures/sha256.
struct SignatureFolder {
  std::vector<Digest> digests;
  int error = 0;  // errno that kept it from being listed
};

class ManifestSource {
 public:
  virtual ~ManifestSource() = default;

  // `declared`: the blob is named as a manifest (revision, tag, index child);
  // otherwise it is only looked at, and read if it looks like one or may have
  // been one.
  virtual ManifestRead read(const Blob& blob, bool declared) const = 0;
  // The same of what is stored under another algorithm: "sha512:<hex>".
  virtual ManifestRead read_other(const std::string& digest,
                                  bool declared) const = 0;
  virtual SignatureFolder signatures(const Repository& repository,
                                     const Digest& revision) const = 0;

  // Calls work(first, last) for parts of the numbers below `count`, as many at
  // once as suits the storage; it returns when all are done.
  using Work = std::function<void(std::size_t first, std::size_t last)>;
  virtual void in_parallel(std::size_t count, const Work& work) const = 0;
};

}  // namespace dregs
