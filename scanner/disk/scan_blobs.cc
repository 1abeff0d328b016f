#include "scanner/disk/scan_blobs.h"

#include <sys/mman.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>

#include "scanner/disk/other_blobs.h"
#include "scanner/files/entry_type.h"
#include "scanner/files/left_over.h"
#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"
#include "scanner/inventory/litter.h"
#include "scanner/ways/store_parts.h"

namespace dregs {
namespace {

// What one prefix folder holds; 256 of them fill without sharing anything.
struct PrefixScan {
  PrefixFolder folder;
  std::vector<Blob> blobs;
  std::vector<Digest> empty_folders;
  std::vector<TemporaryFile> temporary_files;
  std::vector<Finding> findings;
  Litter litter;
  std::vector<Finding> obstacles;
};

Finding found(FindingKind kind, std::string path, std::string detail) {
  Finding finding;
  finding.kind = kind;
  finding.path = std::move(path);
  finding.detail = std::move(detail);
  return finding;
}

bool is_prefix(std::string_view name) {
  const auto lower_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  };
  return name.size() == 2 && lower_hex(name[0]) && lower_hex(name[1]);
}

std::uint32_t blocks_of(const FileStatus& status) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(
      status.disk_bytes / 512, std::numeric_limits<std::uint32_t>::max()));
}

// One prefix folder at work.
class PrefixScanner {
 public:
  PrefixScanner(int algorithm_folder, std::uint64_t device, PrefixScan& result)
      : at_(algorithm_folder), device_(device), result_(result) {}

  void run(const StopRequest& stop, ScanProgress& progress) {
    folder_ = open_folder(at_, result_.folder.name);
    if (!folder_) return cannot_list(errno);
    FileStatus status;
    if (descriptor_status(folder_.get(), status) == 0) {
      if (status.device != device_) other_filesystem();
      result_.blobs.reserve(likely_entries(status));
    }
    const int error = for_each_entry(folder_.get(), [&](FolderEntry entry) {
      if (!stop.requested()) visit(entry);
    });
    if (error != 0) cannot_list(error);
    progress.blobs += result_.blobs.size();
    std::sort(result_.blobs.begin(), result_.blobs.end(),
              [](const Blob& a, const Blob& b) { return a.digest < b.digest; });
  }

 private:
  std::string path(std::string_view name) const {
    return layout::blob_prefix(result_.folder.name) + "/" + std::string(name);
  }

  void cannot_list(int error) {
    result_.obstacles.push_back(found(FindingKind::unreadable_folder,
                                      layout::blob_prefix(result_.folder.name),
                                      std::strerror(error)));
  }

  void other_filesystem() {
    result_.folder.removable = false;
    result_.findings.push_back(found(
        FindingKind::other_filesystem, layout::blob_prefix(result_.folder.name),
        "another filesystem is mounted here; nothing in it is removed"));
  }

  void visit(FolderEntry entry) {
    ++result_.folder.entries;
    const EntryType type = entry_type(folder_.get(), entry);
    const auto digest = Digest::from_hex(entry.name);
    if (!digest || !entry.name.starts_with(result_.folder.name))
      return misplaced(entry.name);
    if (type == EntryType::folder) return visit_blob(entry, *digest);
    if (type == EntryType::symbolic_link) return visit_symlink(entry, *digest);
    misplaced(entry.name);
  }

  void misplaced(std::string_view name) {
    if (is_litter_file(name)) return result_.litter.add(path(name));
    result_.findings.push_back(found(FindingKind::misplaced_blob, path(name),
                                     "not a place where the registry looks"));
  }

  int data_status(FolderEntry entry, FileStatus& status) const {
    char name[80];
    std::memcpy(name, entry.name.data(), entry.name.size());
    std::memcpy(name + entry.name.size(), "/data", 6);
    return file_status(folder_.get(), name, status);
  }

  void visit_blob(FolderEntry entry, const Digest& digest) {
    FileStatus status;
    const int error = data_status(entry, status);
    if (error == ENOENT) return visit_without_data(entry, digest);
    if (error != 0) return add_unreadable(entry, digest, error);
    if (!status.regular()) return visit_irregular(entry, digest, status);
    add(digest, status, lies_here(entry, status));
  }

  bool lies_here(FolderEntry entry, const FileStatus& status) {
    const bool elsewhere = status.device != device_;
    if (elsewhere && result_.folder.removable)
      result_.findings.push_back(
          found(FindingKind::other_filesystem, path(entry.name),
                "on another filesystem; it is not removed"));
    return !elsewhere;
  }

  void visit_symlink(FolderEntry entry, const Digest& digest) {
    result_.findings.push_back(
        found(FindingKind::symbolic_link, path(entry.name),
              "the registry follows it; nothing is removed through it"));
    add_followed(entry, digest);
  }

  // Only what is known to be nowhere counts as missing: the server may be
  // allowed to follow where this process is not.
  void add_followed(FolderEntry entry, const Digest& digest) {
    FileStatus status;
    const std::string data = std::string(entry.name) + "/data";
    const int error = followed_status(folder_.get(), data.c_str(), status);
    if (error == 0 && status.regular()) add(digest, status, false);
    if (error != 0 && error != ENOENT && error != ENOTDIR)
      add_unreadable(entry, digest, error);
  }

  void visit_irregular(FolderEntry entry, const Digest& digest,
                       const FileStatus& status) {
    const std::string data = std::string(entry.name) + "/data";
    if (!status.symbolic_link()) {
      Finding finding = found(FindingKind::not_a_regular_file, path(data),
                              "it is left alone");
      finding.digest = digest.to_string();
      result_.findings.push_back(std::move(finding));
      return;
    }
    result_.findings.push_back(
        found(FindingKind::symbolic_link, path(data),
              "the registry follows it; it is not removed"));
    add_followed(entry, digest);
  }

  void visit_without_data(FolderEntry entry, const Digest& digest) {
    const LeftOver left =
        look_at_left_over(folder_.get(), std::string(entry.name), device_);
    const bool removable = result_.folder.removable;
    if (removable)
      for (const auto& [name, status] : left.temporary_files)
        add_temporary(entry, name, status);
    for (const std::string& name : left.litter)
      result_.litter.add(path(entry.name) + "/" + name);
    if (left.elsewhere && !removable) return;
    if (!left.is_own())
      result_.findings.push_back(
          found(left.elsewhere ? FindingKind::other_filesystem
                               : FindingKind::foreign_entry,
                path(entry.name),
                left.elsewhere    ? "on another filesystem; it is not removed"
                : left.error != 0 ? std::strerror(left.error)
                                  : "holds no data, but files of somebody "
                                    "else"));
    else if (removable && left.can_go())
      result_.empty_folders.push_back(digest);
  }

  void add_temporary(FolderEntry folder, const std::string& name,
                     const FileStatus& status) {
    TemporaryFile file;
    file.path = path(folder.name) + "/" + name;
    file.bytes = status.links > 1 ? 0 : status.size;
    file.changed_ns = status.changed_ns;
    file.times = status.times();
    result_.temporary_files.push_back(std::move(file));
  }

  void add_unreadable(FolderEntry entry, const Digest& digest, int error) {
    result_.findings.push_back(found(FindingKind::unreadable_file,
                                     path(entry.name) + "/data",
                                     std::strerror(error)));
    result_.findings.back().digest = digest.to_string();
    add(digest, FileStatus(), false);
  }

  void add(const Digest& digest, const FileStatus& status, bool removable) {
    Blob blob;
    blob.digest = digest;
    blob.size = std::min(status.size, kLargestBlob) & kLargestBlob;
    blob.set_times(status.times());
    blob.inode = status.inode;
    blob.disk_blocks = blocks_of(status);
    blob.hard_linked = status.links > 1;
    blob.removable = removable && result_.folder.removable;
    result_.blobs.push_back(blob);
  }

  int at_;
  std::uint64_t device_;
  PrefixScan& result_;
  Descriptor folder_;
};

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
          found(FindingKind::misplaced_blob, path,
                "not a place where the registry looks"));
      return;
    }
    PrefixScan& prefix = prefixes.emplace_back();
    prefix.folder.name = entry.name;
    prefix.folder.removable = !linked;
    if (linked)
      inventory.findings.push_back(
          found(FindingKind::symbolic_link, path,
                "the registry follows it; nothing is removed through it"));
  });
  if (error != 0)
    inventory.obstacles.push_back(
        found(FindingKind::unreadable_folder, here, std::strerror(error)));
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
    inventory.findings.push_back(found(
        known ? FindingKind::foreign_algorithm : FindingKind::misplaced_blob,
        here + "/" + name,
        "the registry stores blobs under sha256 only; this is kept"));
    if (known) list_other_blobs(blobs, name, inventory);
  });
  std::sort(inventory.other_blobs.begin(), inventory.other_blobs.end());
  if (error != 0)
    inventory.obstacles.push_back(
        found(FindingKind::unreadable_folder, here, std::strerror(error)));
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
      inventory.obstacles.push_back(found(FindingKind::unreadable_folder,
                                          std::string(layout::kBlobs),
                                          std::strerror(errno)));
    return;
  }
  inventory.blobs_found = true;
  note_other_algorithms(blobs.get(), inventory);
  const Descriptor sha256 = open_folder(blobs.get(), "sha256");
  if (!sha256) {
    if (errno != ENOENT)
      inventory.obstacles.push_back(found(FindingKind::unreadable_folder,
                                          "blobs/sha256",
                                          std::strerror(errno)));
    return;
  }
  note_part(v2, "blobs", blobs.get(), "blobs", inventory);
  note_part(blobs.get(), "sha256", sha256.get(), "blobs/sha256", inventory);
  FileStatus status;
  descriptor_status(sha256.get(), status);
  std::vector<PrefixScan> prefixes = list_prefixes(sha256.get(), inventory);
  tbb::parallel_for(std::size_t{0}, prefixes.size(), [&](std::size_t i) {
    PrefixScanner(sha256.get(), status.device, prefixes[i]).run(stop, progress);
  });
  gather(prefixes, inventory);
}

}  // namespace dregs
