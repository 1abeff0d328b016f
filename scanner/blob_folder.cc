#include "scanner/blob_folder.h"

#include <cstring>
#include <string>

#include "scanner/layout.h"

namespace dregs {

BlobFolder::BlobFolder(int v2)
    : sha256_(open_folder(v2, std::string(layout::kBlobs) + "/sha256")) {}

Descriptor BlobFolder::open(const Digest& digest) const {
  const std::string hex = digest.hex();
  char path[80];
  std::memcpy(path, hex.data(), 2);
  path[2] = '/';
  std::memcpy(path + 3, hex.data(), hex.size());
  std::memcpy(path + 3 + hex.size(), "/data", sizeof "/data");
  return Descriptor(::openat(sha256_.get(), path,
                             O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
}

}  // namespace dregs
