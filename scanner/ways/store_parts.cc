#include "scanner/ways/store_parts.h"

#include "scanner/files/descriptor.h"
#include "scanner/formats/layout.h"

namespace dregs {

std::optional<StorePart> find_part(int above, const std::string& name,
                                   int folder, std::string path) {
  FileStatus there;
  FileStatus here;
  FileStatus entry;
  if (descriptor_status(above, here) != 0 ||
      descriptor_status(folder, there) != 0 ||
      file_status(above, name.c_str(), entry) != 0)
    return std::nullopt;
  const bool symbolic = entry.symbolic_link();
  if (!symbolic && there.device == here.device) return std::nullopt;
  return StorePart{std::move(path), there.device, there.inode, symbolic};
}

std::vector<StorePart> find_frame_parts(int v2) {
  std::vector<StorePart> parts;
  const auto look = [&](int above, const std::string& name, std::string path) {
    Descriptor folder = open_folder(above, name);
    auto part = folder ? find_part(above, name, folder.get(), std::move(path))
                       : std::nullopt;
    if (part) parts.push_back(std::move(*part));
    return folder;
  };
  const std::string blobs(layout::kBlobs);
  if (const Descriptor folder = look(v2, blobs, blobs))
    static_cast<void>(look(folder.get(), "sha256", blobs + "/sha256"));
  const std::string repositories(layout::kRepositories);
  static_cast<void>(look(v2, repositories, repositories));
  return parts;
}

}  // namespace dregs
