#include "scanner/files/blob_folder.h"

#include <string>

#include "scanner/formats/layout.h"

namespace dregs {

BlobFolder::BlobFolder(int v2)
    : blobs_(open_folder(v2, std::string(layout::kBlobs))),
      sha256_(open_folder(v2, std::string(layout::kBlobs) + "/sha256")) {}

Descriptor BlobFolder::open(const Digest& digest) const {
  const std::string hex = digest.hex();
  const std::string path = hex.substr(0, 2) + "/" + hex + "/data";
  return open_followed(sha256_.get(), path.c_str());
}

Descriptor BlobFolder::open_other(const std::string& digest) const {
  const std::string path =
      layout::other_blob_data(digest).substr(layout::kBlobs.size() + 1);
  return open_followed(blobs_.get(), path.c_str());
}

}  // namespace dregs
