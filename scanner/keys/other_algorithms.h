// OtherAlgorithms is what a listing says about blobs/ but for blobs/sha256
// (format.md#row-48). Built by several threads as parts that are merged.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "scanner/inventory/inventory.h"

namespace dregs {

class OtherAlgorithms {
 public:
  // `below` is the object's key, relative to blobs/; `size` is its bytes.
  void take(std::string_view below, std::uint64_t size);
  void merge(OtherAlgorithms more);
  // Adds other_blobs, findings and litter to the inventory. Returns the sizes
  // of those blobs.
  std::map<std::string, std::uint64_t> finish(Inventory& inventory);

 private:
  void take_known(const std::string& algorithm, std::string_view rest,
                  std::uint64_t size);

  // Relative to v2.
  std::set<std::string> misplaced_;
  std::set<std::string> known_;
  std::set<std::string> litter_;
  std::map<std::string, std::uint64_t> blobs_;  // "sha512:<hex>", with sizes
};

}  // namespace dregs
