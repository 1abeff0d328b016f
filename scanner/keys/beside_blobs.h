// BesideBlobs are the keys in blobs' folders that are not their data. Built by
// several threads as parts that are merged; judge() comes last.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scanner/inventory/inventory.h"
#include "scanner/objects/object_store.h"

namespace dregs {

struct BesideBlob {
  Digest digest;
  std::string name;  // what follows the folder
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
};

class BesideBlobs {
 public:
  // `name` is what follows the blob's folder in the object's key.
  void take(const Digest& digest, std::string_view name,
            const StoredObject& object);
  void merge(BesideBlobs more);
  // Adds temporary files, findings and litter to the inventory, whose blobs are
  // known.
  void judge(Inventory& inventory);

 private:
  std::vector<BesideBlob> all_;
};

}  // namespace dregs
