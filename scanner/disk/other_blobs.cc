#include "scanner/disk/other_blobs.h"

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "scanner/files/descriptor.h"
#include "scanner/files/listing.h"
#include "scanner/formats/layout.h"
#include "scanner/inventory/litter.h"

namespace dregs {
namespace {

class OtherBlobLister {
 public:
  OtherBlobLister(int blobs, std::string algorithm, Inventory& inventory)
      : blobs_(blobs),
        algorithm_(std::move(algorithm)),
        inventory_(inventory) {}

  void run() {
    std::vector<std::string> prefixes;
    list(algorithm_, [&](std::string name) {
      if (name.size() == 2) prefixes.push_back(std::move(name));
    });
    for (const std::string& prefix : prefixes)
      list(algorithm_ + "/" + prefix, [&](const std::string& hex) {
        if (hex.starts_with(prefix) && DigestText::from_parts(algorithm_, hex))
          add(prefix, hex);
      });
  }

 private:
  template <class Visit>
  void list(const std::string& below, Visit visit) {
    const Descriptor folder = open_folder(blobs_, below);
    int error = folder ? 0 : errno;
    if (error == 0)
      error = for_each_entry(folder.get(), [&](FolderEntry entry) {
        if (is_litter_file(entry.name))
          inventory_.litter.add(std::string(layout::kBlobs) + "/" + below +
                                "/" + std::string(entry.name));
        else
          visit(std::string(entry.name));
      });
    if (error != 0 && error != ENOTDIR)
      add_obstacle(std::string(layout::kBlobs) + "/" + below, error);
  }

  void add_obstacle(std::string path, int error) {
    Finding& obstacle = inventory_.obstacles.emplace_back();
    obstacle.kind = FindingKind::unreadable_folder;
    obstacle.path = std::move(path);
    obstacle.detail = std::strerror(error);
  }

  // What cannot be looked at is believed to be there, and says later why it
  // cannot be read.
  void add(const std::string& prefix, const std::string& hex) {
    FileStatus status;
    const std::string data = algorithm_ + "/" + prefix + "/" + hex + "/data";
    const int error = followed_status(blobs_, data.c_str(), status);
    if (error != ENOENT && error != ENOTDIR)
      inventory_.other_blobs.push_back(algorithm_ + ":" + hex);
  }

  int blobs_;
  std::string algorithm_;
  Inventory& inventory_;
};

}  // namespace

void list_other_blobs(int blobs, const std::string& algorithm,
                      Inventory& inventory) {
  OtherBlobLister(blobs, algorithm, inventory).run();
}

}  // namespace dregs
