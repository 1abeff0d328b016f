#include "scanner/disk/look_beside.h"

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>

#include "scanner/files/entry_type.h"
#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

constexpr std::uint32_t kNowhere = ~std::uint32_t{0};  // below blobs

using Names = std::span<const std::string_view>;
constexpr std::array<std::string_view, 1> kBesideData = {"data"};
constexpr std::array<std::string_view, 1> kBesideLink = {"link"};
constexpr std::array<std::string_view, 2> kInRevision = {"link", "signatures"};
constexpr std::array<std::string_view, 2> kInTag = {"current", "index"};
constexpr std::array<std::string_view, 1> kInIndex = {"sha256"};

struct OwnedTemporaryFile {
  std::uint32_t repository = kNowhere;
  TemporaryFile file;
};

// What one thread saw.
struct SeenBeside {
  std::vector<OwnedTemporaryFile> temporary_files;
  std::vector<Finding> findings;
  Litter litter;
  std::vector<std::string> occupied;
  std::vector<std::uint32_t> foreign_in;  // repositories
  std::vector<std::pair<std::uint32_t, std::uint32_t>> foreign_tags;
};

bool is_gone_or_elsewhere(int error) {
  return error == ENOENT || error == ENOTDIR || error == ELOOP ||
         error == EXDEV;
}

class LookBeside {
 public:
  LookBeside(int v2, const StopRequest& stop, Inventory& inventory)
      : v2_(v2), stop_(stop), inventory_(inventory) {}

  void run() {
    look_beside_blobs();
    for (std::uint32_t i = 0; i < inventory_.repositories.size(); ++i)
      look_into_repository(i);
    for (SeenBeside& seen : seen_) gather(seen);
    std::sort(inventory_.occupied_folders.begin(),
              inventory_.occupied_folders.end());
    sort_temporary_files(inventory_.temporary_files);
    for (Repository& repository : inventory_.repositories)
      sort_temporary_files(repository.temporary_files);
  }

 private:
  struct Folder {
    int at = -1;
    std::string path;  // relative to v2
    std::uint32_t repository = kNowhere;
    std::uint64_t device = 0;
  };

  static Folder folder_of(const Descriptor& open, std::string path,
                          std::uint32_t repository) {
    FileStatus status;
    descriptor_status(open.get(), status);
    return {open.get(), std::move(path), repository, status.device};
  }

  template <class Look>
  void for_each_of(std::size_t count, Look look) {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, count, 64),
                      [&](const tbb::blocked_range<std::size_t>& range) {
                        for (std::size_t i = range.begin();
                             i < range.end() && !stop_.requested(); ++i)
                          look(i);
                      });
  }

  void look_beside_blobs() {
    const Descriptor sha256 = open_folder(v2_, "blobs/sha256");
    if (!sha256) return;
    const Folder folder = folder_of(sha256, "blobs/sha256", kNowhere);
    for_each_of(inventory_.blobs.size(), [&](std::size_t i) {
      const Blob& blob = inventory_.blobs[static_cast<BlobId>(i)];
      if (!blob.removable) return;  // nor is anything beside it
      const std::string hex = blob.digest.hex();
      look(folder, hex.substr(0, 2) + "/" + hex, kBesideData);
    });
  }

  void look_into_repository(std::uint32_t i) {
    const Repository& repository = inventory_.repositories[i];
    const std::string path = layout::repository(repository.name);
    const Descriptor own = open_folder(v2_, path);
    if (!own) return;
    const Folder here = folder_of(own, path, i);
    look_beside_links(here, "_manifests/revisions/sha256", repository.revisions,
                      kInRevision);
    look_beside_links(here, "_layers/sha256", repository.layers, kBesideLink);
    for (const LayerAlias& alias : repository.aliases)
      look(here,
           layout::layer_alias(repository.name, alias.digest)
               .substr(path.size() + 1),
           kBesideLink);
    look_into_tags(here, repository);
  }

  void look_beside_links(const Folder& repository, const std::string& below,
                         const std::vector<Digest>& digests, Names known) {
    const Descriptor own = open_folder_beneath(repository.at, below);
    if (!own) return;
    const Folder folder{own.get(), repository.path + "/" + below,
                        repository.repository, repository.device};
    for_each_of(digests.size(),
                [&](std::size_t i) { look(folder, digests[i].hex(), known); });
  }

  void look_into_tags(const Folder& repository, const Repository& scanned) {
    const Descriptor own =
        open_folder_beneath(repository.at, "_manifests/tags");
    if (!own) return;
    const Folder tags{own.get(), repository.path + "/_manifests/tags",
                      repository.repository, repository.device};
    for_each_of(scanned.tags.size(), [&](std::size_t t) {
      look_into_tag(tags, scanned.tags[t], static_cast<std::uint32_t>(t));
    });
    for_each_of(scanned.history.size(), [&](std::size_t h) {
      const HistoryEntry& entry = scanned.history[h];
      look_into_history(tags, scanned.tags[entry.tag], entry.tag, entry.digest);
    });
  }

  void look_into_tag(const Folder& tags, const Tag& tag, std::uint32_t t) {
    // Servers list a tag for as long as its folder is there.
    const bool in_tag = look(tags, tag.name, kInTag);
    const bool in_current = look(tags, tag.name + "/current", kBesideLink);
    const bool in_index = look(tags, tag.name + "/index", kInIndex);
    if (in_tag || in_current || in_index)
      seen_.local().foreign_tags.emplace_back(tags.repository, t);
    if (tag.current) look_into_history(tags, tag, t, *tag.current);
  }

  void look_into_history(const Folder& tags, const Tag& tag, std::uint32_t t,
                         const Digest& digest) {
    if (look(tags, tag.name + "/index/sha256/" + digest.hex(), kBesideLink))
      seen_.local().foreign_tags.emplace_back(tags.repository, t);
  }

  // Whether the folder holds something foreign.
  bool look(const Folder& above, const std::string& name, Names known) {
    const Descriptor folder = open_folder_beneath(above.at, name);
    if (!folder) {
      if (!is_gone_or_elsewhere(errno)) cannot_list(above, name, errno);
      return false;
    }
    bool foreign = false;
    bool stays = false;
    const int error = for_each_entry(folder.get(), [&](FolderEntry entry) {
      if (is_known(folder.get(), entry, known, above.device)) return;
      const std::string path =
          above.path + "/" + name + "/" + std::string(entry.name);
      if (is_temporary(folder.get(), entry, path, above)) return;
      stays = true;
      foreign = note_foreign(entry.name, path, above.repository) || foreign;
    });
    if (error != 0) cannot_list(above, name, error);
    if (stays) seen_.local().occupied.push_back(above.path + "/" + name);
    return foreign;
  }

  // The signatures of old registries are a folder; what else is called so is
  // somebody else's. The scan judged the types of the others.
  static bool is_known(int folder, FolderEntry entry, Names known,
                       std::uint64_t device) {
    if (std::find(known.begin(), known.end(), entry.name) == known.end())
      return false;
    FileStatus status;
    return entry.name != kInRevision[1] ||
           (file_status(folder, entry.c_str(), status) == 0 &&
            status.folder() && status.device == device);
  }

  bool is_temporary(int folder, FolderEntry entry, const std::string& path,
                    const Folder& above) {
    FileStatus status;
    if (!layout::is_temporary_name(entry.name) ||
        file_status(folder, entry.c_str(), status) != 0 || !status.regular() ||
        status.device != above.device)
      return false;
    seen_.local().temporary_files.push_back(
        {above.repository,
         {path, status.links > 1 ? 0 : status.size, status.changed_ns,
          status.times()}});
    return true;
  }

  // False of litter.
  bool note_foreign(std::string_view name, const std::string& path,
                    std::uint32_t repository) {
    SeenBeside& mine = seen_.local();
    if (repository != kNowhere) mine.foreign_in.push_back(repository);
    if (is_litter_file(name)) {
      mine.litter.add(path);
      return false;
    }
    note(FindingKind::foreign_entry, path, repository,
         "not written by a registry; it is left alone");
    return true;
  }

  // What cannot be listed may hold anything.
  void cannot_list(const Folder& above, const std::string& name, int error) {
    const std::string path = above.path + "/" + name;
    seen_.local().occupied.push_back(path);
    if (above.repository != kNowhere)
      seen_.local().foreign_in.push_back(above.repository);
    note(FindingKind::foreign_entry, path, above.repository,
         std::string("cannot be listed: ") + std::strerror(error));
  }

  void note(FindingKind kind, const std::string& path, std::uint32_t repository,
            std::string detail) {
    Finding& finding = seen_.local().findings.emplace_back();
    finding.kind = kind;
    finding.path = path;
    if (repository != kNowhere)
      finding.repository = inventory_.repositories[repository].name;
    finding.detail = std::move(detail);
  }

  void gather(SeenBeside& seen) {
    for (OwnedTemporaryFile& each : seen.temporary_files)
      (each.repository == kNowhere
           ? inventory_.temporary_files
           : inventory_.repositories[each.repository].temporary_files)
          .push_back(std::move(each.file));
    append(inventory_.findings, std::move(seen.findings));
    inventory_.litter.merge(seen.litter);
    append(inventory_.occupied_folders, std::move(seen.occupied));
    for (const std::uint32_t i : seen.foreign_in)
      inventory_.repositories[i].has_foreign_entries = true;
    for (const auto& [i, t] : seen.foreign_tags)
      inventory_.repositories[i].tags[t].holds_foreign = true;
  }

  static void sort_temporary_files(std::vector<TemporaryFile>& files) {
    std::sort(files.begin(), files.end(),
              [](const TemporaryFile& a, const TemporaryFile& b) {
                return a.path < b.path;
              });
  }

  int v2_;
  const StopRequest& stop_;
  Inventory& inventory_;
  tbb::enumerable_thread_specific<SeenBeside> seen_;
};

std::uint64_t folders_of(const Repository& repository) {
  return repository.revisions.size() + repository.layers.size() +
         repository.aliases.size() + 4 * repository.tags.size() +
         repository.history.size();
}

// Registries before 3.1 take random numbers, version 4, for ids.
bool is_id_of_31(const std::string& id) {
  constexpr std::size_t kVersion = 14;
  return layout::is_uuid(id) && id[kVersion] == '7';
}

bool has_trace_of_31(const Repository& repository) {
  return !repository.temporary_files.empty() ||
         std::any_of(
             repository.uploads.begin(), repository.uploads.end(),
             [](const Upload& upload) { return is_id_of_31(upload.id); });
}

}  // namespace

bool is_worth_looking_beside(const Inventory& inventory) {
  std::uint64_t folders = inventory.blobs.size();
  for (const Repository& repository : inventory.repositories)
    folders += folders_of(repository);
  return folders <= kFoldersAlwaysListed ||
         !inventory.temporary_files.empty() ||
         std::any_of(inventory.repositories.begin(),
                     inventory.repositories.end(), has_trace_of_31);
}

void look_beside(int v2, const StopRequest& stop, Inventory& inventory) {
  LookBeside(v2, stop, inventory).run();
}

}  // namespace dregs
