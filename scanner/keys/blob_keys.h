// BlobKeys is what a listing says about blobs/ (format.md#P1; #row-40 to
// #row-48). Built by several threads as parts that are merged; finish() judges.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/inventory/inventory.h"
#include "scanner/keys/beside_blobs.h"
#include "scanner/keys/other_algorithms.h"
#include "scanner/objects/object_store.h"

namespace dregs {

class BlobKeys {
 public:
  // `below` is the object's key, relative to blobs/.
  void take(std::string_view below, const StoredObject& object);
  void merge(BlobKeys more);
  // Adds to the inventory: blobs, other_blobs, temporary_files, findings and
  // litter. `sizes` are those of the other blobs.
  void finish(Inventory& inventory,
              std::map<std::string, std::uint64_t>& sizes);

 private:
  void take_below_prefix(std::string_view prefix, std::string_view rest,
                         const StoredObject& object);
  void add(const Blob& blob);
  std::vector<Blob> sorted_blobs();

  // In pieces that neither grow nor are copied, and are given back one by one:
  // there are millions of blobs.
  std::vector<std::vector<Blob>> blobs_;
  // What is no place below blobs/sha256 where the registry looks; relative to
  // v2.
  std::set<std::string> misplaced_;
  BesideBlobs beside_;
  OtherAlgorithms others_;
};

}  // namespace dregs
