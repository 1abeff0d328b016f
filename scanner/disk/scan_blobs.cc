#include "scanner/disk/scan_blobs.h"

#include <sys/mman.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "scanner/disk/other_blobs.h"
#include "scanner/disk/prefix_scan.h"
#include "scanner/files/entry_type.h"
#include "scanner/files/listing.h"
#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"
#include "scanner/inventory/finding_at.h"
#include "scanner/inventory/litter.h"
#include "scanner/ways/store_parts.h"

namespace dregs {
namespace {

bool is_prefix(std::string_view name) {
  const auto lower_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  };
  return name.size() == 2 && lower_hex(name[0]) && lower_hex(name[1]);
}

// Lists blobs/sha256 into prefix folders still to be scanned.
std::vector<PrefixScan> list_prefixes(int sha256, Inventory& inventory) {
  std::vector<PrefixScan> prefixes;
  const std::string here = std::string(layout::kBlobs) + "/sha256";
  const int error = for_each_entry(sha256, [&](FolderEntry entry) {
    const EntryType type = entry_type(sha256, entry);
    const std::string path = here + "/" + std::string(entry.name);
    const bool linked = type == EntryType::symbolic_link;
    if (!is_prefix(entry.name) || (type != EntryType::folder && !linked)) {
      if (is_litter_file(entry.name)) return inventory.litter.add(path);
      inventory.findings.push_back(
          finding_at(FindingKind::misplaced_blob, path,
                     "not a place where the registry looks"));
      return;
    }
    PrefixScan& prefix = prefixes.emplace_back();
    prefix.folder.name = entry.name;
    prefix.folder.removable = !linked;
    if (linked)
      inventory.findings.push_back(
          finding_at(FindingKind::symbolic_link, path,
                     "the registry follows it; nothing is removed through it"));
  });
  if (error != 0) inventory.obstacles.push_back(unreadable_folder(here, error));
  std::sort(prefixes.begin(), prefixes.end(),
            [](const PrefixScan& a, const PrefixScan& b) {
              return a.folder.name < b.folder.name;
            });
  return prefixes;
}

// Blobs are looked up at random, by the million: with pages of 4 KiB each would
// wait for the page tables too. Where there are no large pages, nothing is
// lost.
void ask_for_large_pages(std::vector<Blob>& reserved) {
  constexpr std::size_t kPage = 4096;
  void* start = reserved.data();
  std::size_t bytes = reserved.capacity() * sizeof(Blob);
  if (std::align(kPage, 1, start, bytes) != nullptr)
    ::madvise(start, bytes, MADV_HUGEPAGE);
}

// Prefixes are sorted and each one's blobs are: one after the other is sorted.
void gather(std::vector<PrefixScan>& prefixes, Inventory& inventory) {
  std::size_t count = 0;
  for (const PrefixScan& prefix : prefixes) count += prefix.blobs.size();
  std::vector<Blob> blobs;
  blobs.reserve(count);
  ask_for_large_pages(blobs);
  for (PrefixScan& prefix : prefixes) {
    append(blobs, std::move(prefix.blobs));
    append(inventory.empty_blob_folders, std::move(prefix.empty_folders));
    append(inventory.temporary_files, std::move(prefix.temporary_files));
    append(inventory.findings, std::move(prefix.findings));
    inventory.litter.merge(prefix.litter);
    append(inventory.obstacles, std::move(prefix.obstacles));
    inventory.prefixes.push_back(std::move(prefix.folder));
  }
  std::sort(inventory.empty_blob_folders.begin(),
            inventory.empty_blob_folders.end());
  inventory.blobs = BlobTable(std::move(blobs));
}

void note_other_algorithms(int blobs, Inventory& inventory) {
  const std::string here(layout::kBlobs);
  const int error = for_each_entry(blobs, [&](FolderEntry entry) {
    if (entry.name == "sha256") return;
    const bool known = entry.name == "sha384" || entry.name == "sha512";
    const std::string name(entry.name);
    if (is_litter_file(name)) return inventory.litter.add(here + "/" + name);
    inventory.findings.push_back(finding_at(
        known ? FindingKind::foreign_algorithm : FindingKind::misplaced_blob,
        here + "/" + name,
        "the registry stores blobs under sha256 only; this is kept"));
    if (known) list_other_blobs(blobs, name, inventory);
  });
  std::sort(inventory.other_blobs.begin(), inventory.other_blobs.end());
  if (error != 0) inventory.obstacles.push_back(unreadable_folder(here, error));
}

void note_part(int above, const std::string& name, int folder,
               const std::string& path, Inventory& inventory) {
  if (auto part = find_part(above, name, folder, path))
    inventory.parts.push_back(std::move(*part));
}

}  // namespace

void scan_blobs(int v2, const StopRequest& stop, ScanProgress& progress,
                Inventory& inventory) {
  const Descriptor blobs = open_folder(v2, std::string(layout::kBlobs));
  if (!blobs) {
    if (errno != ENOENT)
      inventory.obstacles.push_back(
          unreadable_folder(std::string(layout::kBlobs), errno));
    return;
  }
  inventory.blobs_found = true;
  note_other_algorithms(blobs.get(), inventory);
  const Descriptor sha256 = open_folder(blobs.get(), "sha256");
  if (!sha256) {
    if (errno != ENOENT)
      inventory.obstacles.push_back(unreadable_folder("blobs/sha256", errno));
    return;
  }
  note_part(v2, "blobs", blobs.get(), "blobs", inventory);
  note_part(blobs.get(), "sha256", sha256.get(), "blobs/sha256", inventory);
  FileStatus status;
  descriptor_status(sha256.get(), status);
  std::vector<PrefixScan> prefixes = list_prefixes(sha256.get(), inventory);
  tbb::parallel_for(std::size_t{0}, prefixes.size(), [&](std::size_t i) {
    scan_prefix(sha256.get(), status.device, stop, progress, prefixes[i]);
  });
  gather(prefixes, inventory);
}

}  // namespace dregs
