#include "scanner/keys/other_algorithms.h"

#include <utility>

#include "scanner/formats/components.h"
#include "scanner/formats/layout.h"
#include "scanner/inventory/finding_at.h"
#include "scanner/inventory/litter.h"

namespace dregs {

void OtherAlgorithms::take(std::string_view below, std::uint64_t size) {
  const std::string algorithm(first_component(below));
  const std::string path = std::string(layout::kBlobs) + "/" + algorithm;
  if (is_litter_file(algorithm)) {
    litter_.insert(path);
  } else if (algorithm != "sha384" && algorithm != "sha512") {
    misplaced_.insert(path);
  } else {
    known_.insert(path);
    take_known(algorithm, behind_first(below), size);
  }
}

// blobs/sha512/<xx>/<hex>/data, and what is none of the registry's.
void OtherAlgorithms::take_known(const std::string& algorithm,
                                 std::string_view rest, std::uint64_t size) {
  const std::string path = std::string(layout::kBlobs) + "/" + algorithm + "/";
  const std::string_view prefix = first_component(rest);
  const std::string_view inside = behind_first(rest);
  const std::string_view hex = first_component(inside);
  if (is_litter_file(prefix))
    litter_.insert(path + std::string(prefix));
  else if (prefix.size() == 2 && is_litter_file(hex))
    litter_.insert(path + std::string(prefix) + "/" + std::string(hex));
  else if (prefix.size() == 2 && hex.starts_with(prefix) &&
           DigestText::from_parts(algorithm, hex) &&
           first_component(behind_first(inside)) == "data")
    blobs_[algorithm + ":" + std::string(hex)] = size;
}

void OtherAlgorithms::merge(OtherAlgorithms more) {
  misplaced_.merge(more.misplaced_);
  known_.merge(more.known_);
  litter_.merge(more.litter_);
  blobs_.merge(more.blobs_);
}

std::map<std::string, std::uint64_t> OtherAlgorithms::finish(
    Inventory& inventory) {
  for (const auto& [paths, kind] :
       {std::pair(&misplaced_, FindingKind::misplaced_blob),
        std::pair(&known_, FindingKind::foreign_algorithm)})
    for (const std::string& path : *paths)
      inventory.findings.push_back(finding_at(
          kind, path,
          "the registry stores blobs under sha256 only; this is kept"));
  for (const std::string& path : litter_) inventory.litter.add(path);
  for (const auto& [digest, size] : blobs_)
    inventory.other_blobs.push_back(digest);
  return std::move(blobs_);
}

}  // namespace dregs
