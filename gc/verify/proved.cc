#include "gc/verify/proved.h"

#include <algorithm>

namespace dregs {

const ProvedBlob* proof_of(const ProvedBlobs& proved, const Blob& blob) {
  const auto at =
      std::lower_bound(proved.begin(), proved.end(), blob.digest,
                       [](const ProvedBlob& each, const Digest& digest) {
                         return each.digest < digest;
                       });
  const bool same = at != proved.end() && at->digest == blob.digest &&
                    at->size == blob.size && at->inode == blob.inode &&
                    at->changed_ns == blob.changed_ns;
  return same ? &*at : nullptr;
}

DueBlobs due(const BlobTable& blobs, const std::vector<BlobId>& wanted,
             const ProvedBlobs& proved, std::int64_t since_ns) {
  DueBlobs blobs_due;
  for (const BlobId id : wanted) {
    const ProvedBlob* proof = proof_of(proved, blobs[id]);
    if (proof == nullptr)
      blobs_due.first.push_back(id);
    else if (proof->proved_ns < since_ns)
      blobs_due.then.push_back(id);
  }
  return blobs_due;
}

ProvedBlobs add_proved(const ProvedBlobs& before, const BlobTable& blobs,
                       const std::vector<BlobId>& sound,
                       const std::vector<Digest>& unsound,
                       std::int64_t now_ns) {
  std::vector<bool> is_sound(blobs.size(), false);
  for (const BlobId id : sound) is_sound[id] = true;
  ProvedBlobs proved;
  for (BlobId id = 0; id < blobs.size(); ++id) {
    const Blob& blob = blobs[id];
    const ProvedBlob* proof = proof_of(before, blob);
    if (is_sound[id])
      proved.push_back(
          {blob.digest, blob.size, blob.inode, blob.changed_ns, now_ns});
    else if (proof != nullptr &&
             !std::binary_search(unsound.begin(), unsound.end(), blob.digest))
      proved.push_back(*proof);
  }
  return proved;
}

}  // namespace dregs
