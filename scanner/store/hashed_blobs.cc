#include "scanner/store/hashed_blobs.h"

#include "scanner/formats/append.h"

namespace dregs {

void HashedBlobs::add(const HashedBlobs& more) {
  blobs += more.blobs;
  bytes += more.bytes;
  by_checksum += more.by_checksum;
  append(unsound, more.unsound);
  append(sound, more.sound);
}

void HashProgress::want(const BlobTable& all, const std::vector<BlobId>& more) {
  for (const BlobId id : more) bytes_wanted += all[id].size;
  blobs_wanted += more.size();
}

}  // namespace dregs
