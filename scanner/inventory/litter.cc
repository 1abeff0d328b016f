#include "scanner/inventory/litter.h"

#include <algorithm>
#include <array>

#include "scanner/formats/layout.h"

namespace dregs {
namespace {

struct KnownLitter {
  std::string_view name;  // the whole name, or its beginning before a '*'
  std::string_view whose;
};

constexpr std::string_view kOtherNames = "other names";
// Of object storage, where only other software makes folders.
constexpr std::string_view kFolderKeys = "empty keys that end in '/'";

constexpr std::array kKnownLitter = {
    KnownLitter{"@eaDir", "Synology's index"},
    KnownLitter{"@tmp", "Synology"},
    KnownLitter{"#recycle", "Synology's recycle bin"},
    KnownLitter{"#snapshot", "Synology's snapshots"},
    KnownLitter{".@__thumb", "QNAP's index"},
    KnownLitter{"@Recycle", "QNAP's recycle bin"},
    KnownLitter{"@Recently-Snapshot", "QNAP's snapshots"},
    KnownLitter{".DS_Store", "macOS"},
    KnownLitter{"._*", "macOS"},
    KnownLitter{".AppleDouble", "netatalk, for macOS"},
    KnownLitter{".AppleDB", "netatalk, for macOS"},
    KnownLitter{".Trashes", "macOS"},
    KnownLitter{".fseventsd", "macOS"},
    KnownLitter{".Spotlight-V100", "macOS"},
    KnownLitter{".TemporaryItems", "macOS"},
    KnownLitter{"Thumbs.db", "Windows"},
    KnownLitter{"desktop.ini", "Windows"},
    KnownLitter{"System Volume Information", "Windows"},
    KnownLitter{"$RECYCLE.BIN", "Windows"},
    KnownLitter{".Trash-*", "a desktop's recycle bin"},
    KnownLitter{".directory", "a desktop"},
    KnownLitter{".nfs*", "an NFS client, of a file that is still open"},
    KnownLitter{".fuse_hidden*", "FUSE, of a file that is still open"},
    KnownLitter{".snapshot", "snapshots of the file system"},
    KnownLitter{".snapshots", "snapshots of the file system"},
    KnownLitter{".snap", "snapshots of the file system"},
    KnownLitter{"~snapshot", "snapshots of the file system"},
    KnownLitter{".zfs", "ZFS's snapshots"},
    KnownLitter{".glusterfs", "GlusterFS"},
    KnownLitter{"lost+found", "the file system"},
    KnownLitter{".stfolder", "Syncthing"},
    KnownLitter{".stignore", "Syncthing"},
    KnownLitter{".stversions", "Syncthing's old versions"},
    KnownLitter{".syncthing.*", "Syncthing, of a copy that did not finish"},
    KnownLitter{".link.*", "an editor, or rsync that did not finish"},
    KnownLitter{".data.*", "an editor, or rsync that did not finish"},
    KnownLitter{".startedat.*", "an editor, or rsync that did not finish"},
    KnownLitter{".rsync-partial", "rsync that did not finish"},
    KnownLitter{".~tmp~", "rsync that did not finish"},
    KnownLitter{kFolderKeys, "made by a console or a synchroniser"},
};

constexpr std::array<std::string_view, 9> kSnapshotFolders = {
    ".snapshot", ".snapshots",         ".snap",      "~snapshot",  "#snapshot",
    ".zfs",      "@Recently-Snapshot", ".glusterfs", ".stversions"};

bool is_of_kind(std::string_view name, std::string_view kind) {
  return kind.ends_with('*') ? name.starts_with(kind.substr(0, kind.size() - 1))
                             : name == kind;
}

const KnownLitter* known_litter(std::string_view name) {
  const auto* found = std::find_if(
      kKnownLitter.begin(), kKnownLitter.end(),
      [&](const KnownLitter& each) { return is_of_kind(name, each.name); });
  return found == kKnownLitter.end() ? nullptr : found;
}

bool may_be_in_a_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

}  // namespace

bool is_litter(std::string_view name) {
  return name.starts_with('.') ||
         !std::all_of(name.begin(), name.end(), may_be_in_a_name);
}

bool is_litter_file(std::string_view name) {
  return is_litter(name) || known_litter(name) != nullptr;
}

bool is_snapshot_folder(std::string_view name) {
  return std::find(kSnapshotFolders.begin(), kSnapshotFolders.end(), name) !=
         kSnapshotFolders.end();
}

bool is_open_on_nfs(std::string_view name) {
  constexpr std::string_view kStart = ".nfs";
  return name.starts_with(kStart) && name.size() > kStart.size() &&
         name.find_first_not_of("0123456789abcdef", kStart.size()) ==
             std::string_view::npos;
}

void Litter::add(std::string_view path) {
  if (path.ends_with('/')) return add(kFolderKeys, 1, path);
  const KnownLitter* known = known_litter(layout::last_component(path));
  add(known == nullptr ? kOtherNames : known->name, 1, path);
}

void Litter::add(std::string_view kind, std::uint64_t count,
                 std::string_view path) {
  Seen& seen = seen_.try_emplace(std::string(kind)).first->second;
  if (seen.count == 0 || path < seen.first) seen.first = path;
  seen.count += count;
}

void Litter::merge(const Litter& other) {
  for (const auto& [kind, seen] : other.seen_)
    add(kind, seen.count, seen.first);
}

void Litter::report(std::vector<Finding>& findings) const {
  for (const auto& [kind, seen] : seen_) {
    const KnownLitter* known = known_litter(kind);
    Finding& finding = findings.emplace_back();
    finding.kind = FindingKind::litter;
    finding.path = seen.first;
    finding.detail =
        kind +
        (known == nullptr ? std::string(" that no registry writes")
                          : " (" + std::string(known->whose) + ")") +
        ", left alone" +
        (seen.count == 1
             ? std::string()
             : "; this is the first of " + std::to_string(seen.count));
  }
}

}  // namespace dregs
