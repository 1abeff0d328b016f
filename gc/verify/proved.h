// What earlier verifications read and found sound, so that a later one may
// leave it out for a while. Values; pure.
#pragma once

#include <cstdint>
#include <vector>

#include "scanner/inventory/inventory.h"

namespace dregs {

// A blob's file as it was when its bytes hashed to its digest.
struct ProvedBlob {
  Digest digest;
  std::uint64_t size = 0;
  std::uint64_t inode = 0;
  std::int64_t changed_ns = 0;  // later of mtime and ctime, ns since epoch
  std::int64_t proved_ns = 0;   // ns since epoch

  auto operator<=>(const ProvedBlob&) const = default;
};

using ProvedBlobs = std::vector<ProvedBlob>;  // sorted by digest

// The proof of this very file; nullptr where there is none, or where the file
// was written, replaced or touched since.
const ProvedBlob* proof_of(const ProvedBlobs& proved, const Blob& blob);

// What is to be read: `first` was never proved as it is, `then` was proved
// before `since_ns`; the rest need not be read again yet.
struct DueBlobs {
  std::vector<BlobId> first;
  std::vector<BlobId> then;
};

DueBlobs due(const BlobTable& blobs, const std::vector<BlobId>& wanted,
             const ProvedBlobs& proved, std::int64_t since_ns);

// Those that still hold, but for what is `unsound` (sorted), and those that are
// `sound` by now.
ProvedBlobs add_proved(const ProvedBlobs& before, const BlobTable& blobs,
                       const std::vector<BlobId>& sound,
                       const std::vector<Digest>& unsound, std::int64_t now_ns);

}  // namespace dregs
