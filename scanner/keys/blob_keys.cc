#include "scanner/keys/blob_keys.h"

#include <algorithm>
#include <limits>

#include "scanner/formats/append.h"
#include "scanner/formats/components.h"
#include "scanner/formats/layout.h"
#include "scanner/inventory/finding_at.h"
#include "scanner/inventory/litter.h"

namespace dregs {
namespace {

bool is_prefix_name(std::string_view name) {
  constexpr std::string_view kDigits16 = "0123456789abcdef";
  return name.size() == 2 &&
         name.find_first_not_of(kDigits16) == std::string_view::npos;
}

// Never 0, which would say that nobody could look. It is what is compared later
// to see whether the object is another one.
std::uint64_t number_of_etag(const std::string& etag) {
  return std::hash<std::string>{}(etag) | 1;
}

Blob blob_of(const Digest& digest, const StoredObject& object) {
  constexpr std::uint64_t kBlock = 512;
  Blob blob;
  blob.digest = digest;
  blob.size = std::min(object.size, kLargestBlob) & kLargestBlob;
  blob.set_times({object.modified_ns, object.modified_ns});
  blob.inode = number_of_etag(object.etag);
  blob.disk_blocks = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(object.size / kBlock + (object.size % kBlock > 0),
                              std::numeric_limits<std::uint32_t>::max()));
  return blob;
}

}  // namespace

void BlobKeys::take(std::string_view below, const StoredObject& object) {
  const std::string_view algorithm = first_component(below);
  const std::string_view rest = behind_first(below);
  if (algorithm != "sha256") return others_.take(below, object.size);
  const std::string_view prefix = first_component(rest);
  if (is_prefix_name(prefix) && prefix.size() < rest.size())
    return take_below_prefix(prefix, behind_first(rest), object);
  misplaced_.insert(std::string(layout::kBlobs) + "/sha256/" +
                    std::string(prefix));
}

void BlobKeys::take_below_prefix(std::string_view prefix, std::string_view rest,
                                 const StoredObject& object) {
  const std::string_view name = first_component(rest);
  const std::string_view inside = behind_first(rest);
  const auto digest = Digest::from_hex(name);
  if (!digest || !name.starts_with(prefix) || name.size() == rest.size()) {
    misplaced_.insert(layout::blob_prefix(prefix).append("/").append(name));
  } else if (inside == "data") {
    add(blob_of(*digest, object));
  } else {
    beside_.take(*digest, inside, object);
  }
}

void BlobKeys::add(const Blob& blob) {
  constexpr std::size_t kPiece = 4096;
  if (blobs_.empty() || blobs_.back().size() == kPiece)
    blobs_.emplace_back().reserve(kPiece);
  blobs_.back().push_back(blob);
}

std::vector<Blob> BlobKeys::sorted_blobs() {
  std::size_t count = 0;
  for (const std::vector<Blob>& piece : blobs_) count += piece.size();
  std::vector<Blob> all;
  all.reserve(count);
  for (std::vector<Blob>& piece : blobs_) append(all, std::move(piece));
  std::sort(all.begin(), all.end(),
            [](const Blob& a, const Blob& b) { return a.digest < b.digest; });
  return all;
}

void BlobKeys::merge(BlobKeys more) {
  append(blobs_, std::move(more.blobs_));
  misplaced_.merge(more.misplaced_);
  beside_.merge(std::move(more.beside_));
  others_.merge(std::move(more.others_));
}

void BlobKeys::finish(Inventory& inventory,
                      std::map<std::string, std::uint64_t>& sizes) {
  for (const std::string& path : misplaced_)
    if (is_litter_file(layout::last_component(path)))
      inventory.litter.add(path);
    else
      inventory.findings.push_back(
          finding_at(FindingKind::misplaced_blob, path,
                     "not a place where the registry looks"));
  sizes = others_.finish(inventory);
  inventory.blobs = BlobTable(sorted_blobs());
  beside_.judge(inventory);
}

}  // namespace dregs
