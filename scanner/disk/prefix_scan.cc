#include "scanner/disk/prefix_scan.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "scanner/files/entry_type.h"
#include "scanner/files/left_over.h"
#include "scanner/files/listing.h"
#include "scanner/formats/layout.h"
#include "scanner/inventory/finding_at.h"
#include "scanner/inventory/litter.h"

namespace dregs {
namespace {

// A prefix folder that is being read.
struct OpenPrefix {
  int at = -1;
  std::uint64_t device = 0;  // of the folder above
  PrefixScan& found;

  std::string path() const { return layout::blob_prefix(found.folder.name); }
  std::string path(std::string_view name) const {
    return path() + "/" + std::string(name);
  }
  Finding& note(FindingKind kind, std::string where, std::string detail) const {
    return found.findings.emplace_back(
        finding_at(kind, std::move(where), std::move(detail)));
  }
};

std::uint32_t blocks_of(const FileStatus& status) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(
      status.disk_bytes / 512, std::numeric_limits<std::uint32_t>::max()));
}

void add(const OpenPrefix& prefix, const Digest& digest,
         const FileStatus& status, bool removable) {
  Blob blob;
  blob.digest = digest;
  blob.size = std::min(status.size, kLargestBlob) & kLargestBlob;
  blob.set_times(status.times());
  blob.inode = status.inode;
  blob.disk_blocks = blocks_of(status);
  blob.hard_linked = status.links > 1;
  blob.removable = removable && prefix.found.folder.removable;
  prefix.found.blobs.push_back(blob);
}

void add_unreadable(const OpenPrefix& prefix, FolderEntry entry,
                    const Digest& digest, int error) {
  prefix
      .note(FindingKind::unreadable_file, prefix.path(entry.name) + "/data",
            std::strerror(error))
      .digest = digest.to_string();
  add(prefix, digest, FileStatus(), false);
}

// Only what is known to be nowhere counts as missing: the server may be allowed
// to follow where this process is not.
void add_followed(const OpenPrefix& prefix, FolderEntry entry,
                  const Digest& digest) {
  FileStatus status;
  const std::string data = std::string(entry.name) + "/data";
  const int error = followed_status(prefix.at, data.c_str(), status);
  if (error == 0 && status.regular()) add(prefix, digest, status, false);
  if (error != 0 && error != ENOENT && error != ENOTDIR)
    add_unreadable(prefix, entry, digest, error);
}

void note_misplaced(const OpenPrefix& prefix, std::string_view name) {
  const std::string path = prefix.path(name);
  if (is_litter_file(name)) return prefix.found.litter.add(path);
  prefix.note(FindingKind::misplaced_blob, path,
              "not a place where the registry looks");
}

void add_temporary(const OpenPrefix& prefix, FolderEntry folder,
                   const std::string& name, const FileStatus& status) {
  TemporaryFile file;
  file.path = prefix.path(folder.name) + "/" + name;
  file.bytes = status.links > 1 ? 0 : status.size;
  file.changed_ns = status.changed_ns;
  file.times = status.times();
  prefix.found.temporary_files.push_back(std::move(file));
}

void note_not_own(const OpenPrefix& prefix, FolderEntry entry,
                  const LeftOver& left) {
  const std::string path = prefix.path(entry.name);
  if (left.elsewhere)
    prefix.note(FindingKind::other_filesystem, path,
                "on another filesystem; it is not removed");
  else
    prefix.note(FindingKind::foreign_entry, path,
                left.error != 0 ? std::strerror(left.error)
                                : "holds no data, but files of somebody else");
}

void visit_without_data(const OpenPrefix& prefix, FolderEntry entry,
                        const Digest& digest) {
  const LeftOver left =
      look_at_left_over(prefix.at, std::string(entry.name), prefix.device);
  const bool removable = prefix.found.folder.removable;
  if (removable)
    for (const auto& [name, status] : left.temporary_files)
      add_temporary(prefix, entry, name, status);
  for (const std::string& name : left.litter)
    prefix.found.litter.add(prefix.path(entry.name) + "/" + name);
  if (left.elsewhere && !removable) return;
  if (!left.is_own())
    note_not_own(prefix, entry, left);
  else if (removable && left.can_go())
    prefix.found.empty_folders.push_back(digest);
}

void visit_irregular(const OpenPrefix& prefix, FolderEntry entry,
                     const Digest& digest, const FileStatus& status) {
  const std::string data = prefix.path(entry.name) + "/data";
  if (!status.symbolic_link()) {
    prefix.note(FindingKind::not_a_regular_file, data, "it is left alone")
        .digest = digest.to_string();
    return;
  }
  prefix.note(FindingKind::symbolic_link, data,
              "the registry follows it; it is not removed");
  add_followed(prefix, entry, digest);
}

bool lies_here(const OpenPrefix& prefix, FolderEntry entry,
               const FileStatus& status) {
  const bool elsewhere = status.device != prefix.device;
  if (elsewhere && prefix.found.folder.removable)
    prefix.note(FindingKind::other_filesystem, prefix.path(entry.name),
                "on another filesystem; it is not removed");
  return !elsewhere;
}

// Without a string of its own: this is asked of every blob.
int data_status(int folder, FolderEntry entry, FileStatus& status) {
  char name[80];
  std::memcpy(name, entry.name.data(), entry.name.size());
  std::memcpy(name + entry.name.size(), "/data", 6);
  return file_status(folder, name, status);
}

void visit_blob(const OpenPrefix& prefix, FolderEntry entry,
                const Digest& digest) {
  FileStatus status;
  const int error = data_status(prefix.at, entry, status);
  if (error == ENOENT) return visit_without_data(prefix, entry, digest);
  if (error != 0) return add_unreadable(prefix, entry, digest, error);
  if (!status.regular()) return visit_irregular(prefix, entry, digest, status);
  add(prefix, digest, status, lies_here(prefix, entry, status));
}

void visit_symbolic_link(const OpenPrefix& prefix, FolderEntry entry,
                         const Digest& digest) {
  prefix.note(FindingKind::symbolic_link, prefix.path(entry.name),
              "the registry follows it; nothing is removed through it");
  add_followed(prefix, entry, digest);
}

void visit(const OpenPrefix& prefix, FolderEntry entry) {
  ++prefix.found.folder.entries;
  const EntryType type = entry_type(prefix.at, entry);
  const auto digest = Digest::from_hex(entry.name);
  if (!digest || !entry.name.starts_with(prefix.found.folder.name))
    return note_misplaced(prefix, entry.name);
  if (type == EntryType::folder) return visit_blob(prefix, entry, *digest);
  if (type == EntryType::symbolic_link)
    return visit_symbolic_link(prefix, entry, *digest);
  note_misplaced(prefix, entry.name);
}

void look_at_folder(const OpenPrefix& prefix) {
  FileStatus status;
  if (descriptor_status(prefix.at, status) != 0) return;
  prefix.found.blobs.reserve(likely_entries(status));
  if (status.device == prefix.device) return;
  prefix.found.folder.removable = false;
  prefix.note(FindingKind::other_filesystem, prefix.path(),
              "another filesystem is mounted here; nothing in it is removed");
}

}  // namespace

void scan_prefix(int sha256, std::uint64_t device, const StopRequest& stop,
                 ScanProgress& progress, PrefixScan& found) {
  const Descriptor folder = open_folder(sha256, found.folder.name);
  const OpenPrefix prefix{folder.get(), device, found};
  const auto cannot_list = [&](int error) {
    found.obstacles.push_back(unreadable_folder(prefix.path(), error));
  };
  if (!folder) return cannot_list(errno);
  look_at_folder(prefix);
  const int error = for_each_entry(folder.get(), [&](FolderEntry entry) {
    if (!stop.requested()) visit(prefix, entry);
  });
  if (error != 0) cannot_list(error);
  progress.blobs += found.blobs.size();
  std::sort(found.blobs.begin(), found.blobs.end(),
            [](const Blob& a, const Blob& b) { return a.digest < b.digest; });
}

}  // namespace dregs
