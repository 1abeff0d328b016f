#include "scanner/keys/blob_keys.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/md5.h"
#include "scanner/inventory/litter.h"

namespace dregs {
namespace {

Finding blob_finding(FindingKind kind, std::string path, std::string detail) {
  Finding finding;
  finding.kind = kind;
  finding.path = std::move(path);
  finding.detail = std::move(detail);
  return finding;
}

std::string below_blobs(std::string_view rest) {
  return std::string(layout::kBlobs) + "/" + std::string(rest);
}

std::string_view first_component(std::string_view path) {
  return path.substr(0, path.find('/'));
}

std::string_view behind_first(std::string_view path) {
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos ? std::string_view()
                                         : path.substr(slash + 1);
}

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
  if (algorithm != "sha256") return take_other(below, object);
  const std::string_view prefix = first_component(rest);
  if (is_prefix_name(prefix) && prefix.size() < rest.size())
    return take_below_prefix(prefix, behind_first(rest), object);
  misplaced_.insert(below_blobs("sha256/" + std::string(prefix)));
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
    beside_.push_back(
        {*digest, std::string(inside), object.size, object.modified_ns});
  }
}

// blobs/sha512/<xx>/<hex>/data, and what is none of the registry's.
void BlobKeys::take_other(std::string_view below, const StoredObject& object) {
  const std::string algorithm(first_component(below));
  const std::string path = below_blobs(algorithm);
  if (is_litter_file(algorithm)) {
    litter_.insert(path);
    return;
  }
  if (algorithm != "sha384" && algorithm != "sha512") {
    misplaced_algorithms_.insert(path);
    return;
  }
  known_algorithms_.insert(path);
  const std::string_view rest = behind_first(below);
  const std::string_view prefix = first_component(rest);
  const std::string_view inside = behind_first(rest);
  const std::string_view hex = first_component(inside);
  if (is_litter_file(prefix))
    litter_.insert(path + "/" + std::string(prefix));
  else if (prefix.size() == 2 && is_litter_file(hex))
    litter_.insert(path + "/" + std::string(prefix) + "/" + std::string(hex));
  else if (prefix.size() == 2 && hex.starts_with(prefix) &&
           DigestText::from_parts(algorithm, hex) &&
           first_component(behind_first(inside)) == "data")
    other_blobs_[algorithm + ":" + std::string(hex)] = object.size;
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
  append(beside_, std::move(more.beside_));
  misplaced_.merge(more.misplaced_);
  misplaced_algorithms_.merge(more.misplaced_algorithms_);
  known_algorithms_.merge(more.known_algorithms_);
  litter_.merge(more.litter_);
  other_blobs_.merge(more.other_blobs_);
}

void BlobKeys::finish(Inventory& inventory,
                      std::map<std::string, std::uint64_t>& sizes) {
  for (const std::string& path : misplaced_)
    if (is_litter_file(layout::last_component(path)))
      litter_.insert(path);
    else
      inventory.findings.push_back(
          blob_finding(FindingKind::misplaced_blob, path,
                       "not a place where the registry looks"));
  for (const auto& [paths, kind] :
       {std::pair(&misplaced_algorithms_, FindingKind::misplaced_blob),
        std::pair(&known_algorithms_, FindingKind::foreign_algorithm)})
    for (const std::string& path : *paths)
      inventory.findings.push_back(blob_finding(
          kind, path,
          "the registry stores blobs under sha256 only; this is kept"));
  for (const std::string& path : litter_) inventory.litter.add(path);
  for (const auto& [digest, size] : other_blobs_)
    inventory.other_blobs.push_back(digest);
  sizes = std::move(other_blobs_);
  inventory.blobs = BlobTable(sorted_blobs());
  judge_beside(inventory);
}

void BlobKeys::judge_beside(Inventory& inventory) {
  std::sort(beside_.begin(), beside_.end(),
            [](const Beside& a, const Beside& b) {
              return std::tie(a.digest, a.name) < std::tie(b.digest, b.name);
            });
  for (auto first = beside_.cbegin(); first != beside_.cend();) {
    const auto last = std::find_if(
        first, beside_.cend(),
        [&](const Beside& each) { return each.digest != first->digest; });
    const bool has_data = inventory.blobs.find(first->digest).has_value();
    judge_folder(first, last, has_data, inventory);
    first = last;
  }
}

void BlobKeys::judge_folder(std::vector<Beside>::const_iterator first,
                            std::vector<Beside>::const_iterator last,
                            bool has_data, Inventory& inventory) const {
  const std::string folder = layout::blob(first->digest);
  std::string_view above;  // the entry of the folder that was judged last
  bool foreign = false;
  for (auto each = first; each != last; ++each) {
    const std::string_view entry = first_component(each->name);
    const bool is_file = entry.size() == each->name.size();
    const std::string path = folder + "/" + std::string(entry);
    if (is_file && layout::is_temporary_name(entry)) {
      const FileTimes times{each->modified_ns, each->modified_ns};
      inventory.temporary_files.push_back(
          {path, each->size, each->modified_ns, times});
      continue;
    }
    if (each != first && entry == above) continue;
    above = entry;
    if (is_litter_file(entry)) {
      inventory.litter.add(path);
    } else if (!has_data && entry == "data") {
      inventory.findings.push_back(blob_finding(FindingKind::not_a_regular_file,
                                                path, "it is left alone"));
      inventory.findings.back().digest = first->digest.to_string();
    } else if (has_data) {
      inventory.findings.push_back(
          blob_finding(FindingKind::foreign_entry, path,
                       "not written by a registry; it is left alone"));
    } else {
      foreign = true;
    }
  }
  if (foreign)
    inventory.findings.push_back(
        blob_finding(FindingKind::foreign_entry, folder,
                     "holds no data, but files of somebody else"));
}

}  // namespace dregs
