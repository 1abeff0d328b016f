#include "scanner/store/hashed_blobs.h"

#include "scanner/formats/append.h"

namespace dregs {

void HashedBlobs::add(const HashedBlobs& more) {
  blobs += more.blobs;
  bytes += more.bytes;
  append(unsound, more.unsound);
  append(sound, more.sound);
}

}  // namespace dregs
