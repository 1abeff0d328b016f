#include "gc/bucket/uploads_now.h"

#include <algorithm>
#include <utility>

namespace dregs {

UploadsNow::UploadsNow(const BucketRoot& root,
                       std::span<const Removal> removals)
    : root_(root) {
  if (std::none_of(removals.begin(), removals.end(),
                   [](const Removal& removal) {
                     return removal.kind == RemovalKind::upload;
                   }))
    return;
  for (PendingUpload& upload : root.store.pending_uploads())
    pending_[upload.key].push_back(std::move(upload));
}

// Whatever comes to an upload makes it larger or younger, and what pends of it
// ends when it is finished.
bool UploadsNow::is_as_scanned(const Upload& scanned,
                               std::span<const StoredObject> objects,
                               std::span<const PendingParts> pending,
                               const std::string& data_key) const {
  std::uint64_t bytes = 0;
  for (const StoredObject& object : objects) {
    if (object.modified_ns > scanned.changed_ns) return false;
    bytes += object.size;
  }
  const auto now = pending_.find(data_key);
  const std::size_t count = now == pending_.end() ? 0 : now->second.size();
  if (count != pending.size()) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const PendingUpload& upload = now->second[i];
    if (std::none_of(pending.begin(), pending.end(),
                     [&](const PendingParts& parts) {
                       return parts.upload.upload_id == upload.upload_id;
                     }))
      return false;
    bytes += root_.store.bytes_of(upload);
  }
  return bytes == scanned.bytes;
}

}  // namespace dregs
