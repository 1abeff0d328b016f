// What a scan found below docker/registry/v2, before anything is concluded
// from it. Built by scan(), then frozen: any number of threads may read it.
// Paths are relative to the v2 folder; names are the bytes on the disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scanner/formats/digest.h"
#include "scanner/formats/file_times.h"
#include "scanner/inventory/finding.h"
#include "scanner/inventory/litter.h"
#include "scanner/inventory/store_part.h"

namespace dregs {

// 4 EiB: what is larger counts as this large.
inline constexpr std::uint64_t kLargestBlob = (std::uint64_t{1} << 62) - 1;

// format.md#P1. Only blobs whose `data` exists are listed.
struct Blob {
  Digest digest;
  std::uint64_t size : 62 = 0;   // bytes, as stat says
  bool hard_linked : 1 = false;  // removing it frees nothing
  bool removable : 1 = true;     // false: behind a symbolic link or at the
                                 // end of one, on another filesystem, or not
                                 // a regular file
  std::int64_t changed_ns = 0;   // later of mtime and ctime, ns since epoch
  std::uint64_t inode = 0;
  std::uint32_t disk_blocks = 0;  // 512-byte units; the largest value: more
  std::int32_t apart_s = 0;       // ctime less mtime: see set_times()

  // The earlier time is kept to the second, and comes out up to a second later
  // than it was: there are millions of these.
  void set_times(const FileTimes& times);
  FileTimes times() const;
};
static_assert(sizeof(Blob) == 64);

using BlobId = std::uint32_t;

// Sorted by digest, so that an id is a position. find() looks at the few blobs
// whose digests begin with the same bits; where a hostile store makes them
// many, it is a binary search among them.
class BlobTable {
 public:
  BlobTable() = default;
  explicit BlobTable(std::vector<Blob> sorted);

  std::optional<BlobId> find(const Digest& digest) const;
  const Blob& operator[](BlobId id) const { return blobs_[id]; }
  std::size_t size() const { return blobs_.size(); }
  // Before anybody else reads the table.
  void keep(BlobId id) { blobs_[id].removable = false; }
  auto begin() const { return blobs_.begin(); }
  auto end() const { return blobs_.end(); }

 private:
  std::size_t bucket_of(const Digest& digest) const {
    return static_cast<std::size_t>(digest.word(0) >> 32 >> bucket_shift_);
  }

  std::vector<Blob> blobs_;
  std::vector<std::uint32_t> bucket_start_;  // one more than there are buckets
  int bucket_shift_ = 32;
};

// Two hex digits under blobs/sha256 and how many entries it holds, to know
// which of them a sweep leaves empty.
struct PrefixFolder {
  std::string name;
  std::uint32_t entries = 0;
  bool removable = true;
};

struct Tag {
  std::string name;
  std::optional<Digest> current;  // P5; none where it is missing or unsound
  // Its folder holds what no registry wrote, and cannot go as a whole.
  bool holds_foreign = false;
};

// P6, only where it names something else than the tag's current target: the
// rest is kept with its tag and merely counted.
struct HistoryEntry {
  std::uint32_t tag = 0;  // position in Repository::tags
  Digest digest;

  auto operator<=>(const HistoryEntry&) const = default;
};

// A layer link that is not named by sha256 (format.md#3.6): the server stores
// the blob under `target` and serves it under `digest`.
struct LayerAlias {
  std::string digest;  // "sha512:<hex>", "tarsum.v1+sha256:<hex>"
  std::optional<Digest> target;
  bool unsound = false;  // the link itself is damaged

  auto operator<=>(const LayerAlias&) const = default;
};

struct Upload {
  std::string id;
  std::uint64_t bytes = 0;
  // Newest mtime or ctime of a file inside; folders do not count, for else a
  // removal that was cut short would make the rest look fresh.
  std::int64_t changed_ns = 0;
  FileTimes times;         // the newest of each kind, likewise
  bool recognised = true;  // a UUID that holds nothing unknown
};

// A *.<uuid>.tmp file (P11) where no other part of a removal covers it.
struct TemporaryFile {
  std::string path;
  std::uint64_t bytes = 0;
  std::int64_t changed_ns = 0;
  FileTimes times;
};

// Why nothing in a repository may be removed (format.md#1.6).
struct PinReason {
  FindingKind kind{};
  std::string detail;

  auto operator<=>(const PinReason&) const = default;
};

struct Repository {
  std::string name;
  std::vector<Digest> revisions;  // P3, by path; sorted
  std::vector<Tag> tags;          // sorted by name
  std::vector<HistoryEntry> history;
  std::uint64_t history_entries = 0;  // all P6, those of kept targets too
  std::vector<Digest> layers;         // P2 under sha256, by path; sorted
  std::vector<LayerAlias> aliases;
  std::vector<Upload> uploads;
  // Digests that unsound links lead to: U(R) beyond the paths' own digests.
  std::vector<Digest> led_to;
  // "sha512:<hex>" and so on that links of any kind are named by or hold.
  std::vector<std::string> led_to_otherwise;  // sorted
  // Folders whose link is gone, as the API leaves them; empty when listed.
  std::vector<Digest> empty_revisions;
  std::vector<Digest> empty_layers;
  std::vector<std::string> empty_aliases;  // as LayerAlias::digest
  // Such folders that hold something else, which keeps them; relative to the
  // repository.
  std::vector<std::string> linkless;
  std::vector<TemporaryFile> temporary_files;
  // _manifests, _layers and so on, relative to the repository, as found.
  std::vector<std::string> folders;
  std::vector<PinReason> pins;
  // Of a repository that links layers and has no trace of a manifest, as a
  // first push leaves it until its manifest comes: the newest times of those
  // links and their folders.
  std::optional<FileTimes> layers_only;
  bool has_foreign_entries = false;
  bool has_manifests_folder = false;
  bool has_revisions_folder = false;  // revisions/sha256
  bool has_tags_folder = false;
  bool has_layers_folder = false;
  // Of the links, uploads and pins above; see repository_fingerprint.h.
  std::uint64_t fingerprint = 0;
};

// Every folder below repositories/ that is not a repository's own structure;
// path is relative to repositories/, "" is that folder itself.
struct NamespaceFolder {
  std::string path;
  std::uint32_t other_entries = 0;  // neither folders nor `_` structure
  bool removable = true;
};

struct Inventory {
  BlobTable blobs;
  std::vector<PrefixFolder> prefixes;      // sorted by name
  std::vector<Digest> empty_blob_folders;  // sorted; only removable ones
  // "sha512:<hex>" and so on: blobs that no registry of today would write.
  // Known to exist, never removed.
  std::vector<std::string> other_blobs;        // sorted
  std::vector<Repository> repositories;        // sorted by name
  std::vector<NamespaceFolder> namespaces;     // sorted by path
  std::vector<TemporaryFile> temporary_files;  // below blobs
  // What was put elsewhere and is collected there; sorted by path. The scan
  // notes more, of which keep_what_is_led_to() leaves those that are sound.
  std::vector<StorePart> parts;
  // Of links and blobs: they hold what stays whatever goes. Sorted, relative to
  // v2.
  std::vector<std::string> occupied_folders;
  std::vector<Finding> findings;
  Litter litter;  // counted; scan() makes findings of it
  // Why U(R) is not known for every repository: no blob may be deleted.
  std::vector<Finding> obstacles;
  std::int64_t started_ns =
      0;  // by the clock that stamps files, ns since epoch
  bool blobs_found = false;
  bool repositories_found = false;
};

}  // namespace dregs
