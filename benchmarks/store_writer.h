// What a made store is written with, wherever it is kept: as the server would
// leave it (format.md#1.1, #1.3). All members may be called from any thread at
// once. Nothing is written twice.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "benchmarks/image_maker.h"
#include "scanner/formats/digest.h"

namespace dregs {

class RepositoryWriter {
 public:
  virtual ~RepositoryWriter() = default;

  virtual void link_layer(const Digest& digest) const = 0;
  virtual void link_revision(const Digest& digest) const = 0;
  // What a deletion through the API leaves of a revision.
  virtual void delete_revision(const Digest& digest) const = 0;
  // Every digest the tag ever named, oldest first; the last is current.
  virtual void tag(const std::string& name,
                   std::span<const Digest> history) const = 0;
  virtual void leave_upload(const std::string& id,
                            std::string_view bytes) const = 0;
};

class StoreWriter {
 public:
  virtual ~StoreWriter() = default;

  virtual void write(const NewBlob& blob) const = 0;
  virtual std::unique_ptr<const RepositoryWriter> repository(
      const std::string& name) const = 0;
};

// The time at which unfinished uploads began, and the hash of nothing that
// they hold: what crypto/sha256 marshals before the first byte.
inline constexpr std::string_view kUploadBegan = "2024-05-17T09:30:00Z";
std::string initial_hash_state();

}  // namespace dregs
