// A StoreReader reads single parts of a store: what a command shows beyond the
// inventory, and what verify reads. One implementation reads a disk
// (scanner/files), another one reads a bucket (scanner/bucket).
//
// Paths are relative to v2, as scanner/formats/layout makes them. Sizes are
// bytes; times are ns since the epoch. Any number of threads may call. Nothing
// throws but running out of memory, OpenSSL, and a bucket that stays silent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/formats/digest.h"
#include "scanner/inventory/stop_request.h"
#include "scanner/store/blob_content.h"
#include "scanner/store/hashed_blobs.h"
#include "scanner/store/rate_limit.h"

namespace dregs {

class StoreReader {
 public:
  virtual ~StoreReader() = default;

  // The bytes are hashed before they are believed.
  virtual BlobContent read_blob(const Digest& digest,
                                std::size_t at_most) const = 0;
  // Only the size: sound (nothing is hashed), missing or unreadable.
  virtual BlobContent stat_blob(const Digest& digest) const = 0;
  // Reads the whole blob, however large, and keeps only its state and size.
  BlobContent hash_blob(const Digest& digest) const {
    return stream_blob(digest, [](std::string_view) {});
  }
  // The same, and hands the bytes over in parts on the way, in their order:
  // what they are worth is known in the end. A part is valid during the call.
  // What `part` throws is thrown on.
  virtual BlobContent stream_blob(
      const Digest& digest,
      const std::function<void(std::string_view)>& part) const = 0;
  // The same of what is stored under another algorithm, "sha512:<hex>". What is
  // larger than a manifest may be is too large to be hashed. Missing where the
  // text is not a digest.
  virtual BlobContent stat_other_blob(const std::string& digest) const = 0;
  virtual BlobContent hash_other_blob(const std::string& digest) const = 0;

  // Reads blobs whole and compares them with their names, several at a time.
  // Uses the calling task arena. Where `stop` is requested, blobs not yet read
  // to the end count as if they had not been wanted. `unsound` is sorted by
  // digest, `sound` is not.
  virtual HashedBlobs hash_blobs(const BlobTable& blobs,
                                 std::vector<BlobId> wanted, RateLimit& limit,
                                 const StopRequest& stop,
                                 HashProgress& progress) const = 0;

  // What a link names; none where it is missing, unsound or unreadable.
  virtual std::optional<Digest> link_target(const std::string& path) const = 0;
  // Of a file; of a folder, where the storage knows folders.
  virtual std::optional<std::int64_t> modified_time(
      const std::string& path) const = 0;
  // Whether a file or folder is there, or may be.
  virtual bool is_there(const std::string& path) const = 0;
  // The digests that name the folders in this one.
  virtual std::vector<Digest> digests_in(const std::string& path) const = 0;
};

}  // namespace dregs
