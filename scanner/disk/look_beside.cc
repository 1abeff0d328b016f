#include "scanner/disk/look_beside.h"

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>

#include "scanner/disk/list_beside.h"
#include "scanner/files/descriptor.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

constexpr std::array<std::string_view, 1> kBesideData = {"data"};
constexpr std::array<std::string_view, 1> kBesideLink = {"link"};
constexpr std::array<std::string_view, 2> kInRevision = {"link", kSignatures};
constexpr std::array<std::string_view, 2> kInTag = {"current", "index"};
constexpr std::array<std::string_view, 1> kInIndex = {"sha256"};

FolderAbove folder_of(const Descriptor& open, std::string path,
                      std::uint32_t repository) {
  FileStatus status;
  descriptor_status(open.get(), status);
  return {open.get(), std::move(path), repository, status.device};
}

std::string history_entry(const Tag& tag, const Digest& digest) {
  return tag.name + "/index/sha256/" + digest.hex();
}

void look_into_history(const FolderAbove& tags, const Tag& tag, std::uint32_t t,
                       const Digest& digest, SeenBeside& seen) {
  if (list_beside(tags, history_entry(tag, digest), kBesideLink, seen))
    seen.foreign_tags.emplace_back(tags.repository, t);
}

void look_into_tag(const FolderAbove& tags, const Tag& tag, std::uint32_t t,
                   SeenBeside& seen) {
  // Servers list a tag for as long as its folder is there.
  const bool in_tag = list_beside(tags, tag.name, kInTag, seen);
  const bool in_current =
      list_beside(tags, tag.name + "/current", kBesideLink, seen);
  const bool in_index = list_beside(tags, tag.name + "/index", kInIndex, seen);
  if (in_tag || in_current || in_index)
    seen.foreign_tags.emplace_back(tags.repository, t);
  // The scan itself has looked into the folder of an entry without a link.
  FileStatus link;
  if (tag.current &&
      file_status(tags.at, (history_entry(tag, *tag.current) + "/link").c_str(),
                  link) == 0)
    look_into_history(tags, tag, t, *tag.current, seen);
}

// Several threads look.
class LookBeside {
 public:
  LookBeside(int v2, const StopRequest& stop, const Inventory& inventory)
      : v2_(v2), stop_(stop), inventory_(inventory) {}

  void look_beside_blobs() {
    const Descriptor sha256 = open_folder(v2_, "blobs/sha256");
    if (!sha256) return;
    const FolderAbove folder = folder_of(sha256, "blobs/sha256", kNoRepository);
    for_each_of(inventory_.blobs.size(), [&](std::size_t i, SeenBeside& seen) {
      const Blob& blob = inventory_.blobs[static_cast<BlobId>(i)];
      if (!blob.removable) return;  // nor is anything beside it
      const std::string hex = blob.digest.hex();
      list_beside(folder, hex.substr(0, 2) + "/" + hex, kBesideData, seen);
    });
  }

  void look_into_repository(std::uint32_t i) {
    const Repository& repository = inventory_.repositories[i];
    const std::string path = layout::repository(repository.name);
    const Descriptor own = open_folder(v2_, path);
    if (!own) return;
    const FolderAbove here = folder_of(own, path, i);
    look_beside_links(here, "_manifests/revisions/sha256", repository.revisions,
                      kInRevision);
    look_beside_links(here, "_layers/sha256", repository.layers, kBesideLink);
    for (const LayerAlias& alias : repository.aliases)
      list_beside(here,
                  layout::layer_alias(repository.name, alias.digest)
                      .substr(path.size() + 1),
                  kBesideLink, seen_.local());
    look_into_tags(here, repository);
  }

  void gather(Inventory& inventory) {
    for (SeenBeside& seen : seen_) dregs::gather(seen, inventory);
  }

 private:
  template <class Look>
  void for_each_of(std::size_t count, Look look) {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, count, 64),
                      [&](const tbb::blocked_range<std::size_t>& range) {
                        SeenBeside& mine = seen_.local();
                        for (std::size_t i = range.begin();
                             i < range.end() && !stop_.requested(); ++i)
                          look(i, mine);
                      });
  }

  void look_beside_links(const FolderAbove& repository,
                         const std::string& below,
                         const std::vector<Digest>& digests, Names known) {
    const Descriptor own = open_folder_beneath(repository.at, below);
    if (!own) return;
    const FolderAbove folder{own.get(), repository.path + "/" + below,
                             repository.repository, repository.device};
    for_each_of(digests.size(), [&](std::size_t i, SeenBeside& seen) {
      list_beside(folder, digests[i].hex(), known, seen);
    });
  }

  void look_into_tags(const FolderAbove& repository,
                      const Repository& scanned) {
    const Descriptor own =
        open_folder_beneath(repository.at, "_manifests/tags");
    if (!own) return;
    const FolderAbove tags{own.get(), repository.path + "/_manifests/tags",
                           repository.repository, repository.device};
    for_each_of(scanned.tags.size(), [&](std::size_t t, SeenBeside& seen) {
      look_into_tag(tags, scanned.tags[t], static_cast<std::uint32_t>(t), seen);
    });
    for_each_of(scanned.history.size(), [&](std::size_t h, SeenBeside& seen) {
      const HistoryEntry& entry = scanned.history[h];
      look_into_history(tags, scanned.tags[entry.tag], entry.tag, entry.digest,
                        seen);
    });
  }

  int v2_;
  const StopRequest& stop_;
  const Inventory& inventory_;
  tbb::enumerable_thread_specific<SeenBeside> seen_;
};

void sort_by_path(std::vector<TemporaryFile>& files) {
  std::sort(files.begin(), files.end(),
            [](const TemporaryFile& a, const TemporaryFile& b) {
              return a.path < b.path;
            });
}

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
  LookBeside looks(v2, stop, inventory);
  looks.look_beside_blobs();
  for (std::uint32_t i = 0; i < inventory.repositories.size(); ++i)
    looks.look_into_repository(i);
  looks.gather(inventory);
  std::sort(inventory.occupied_folders.begin(),
            inventory.occupied_folders.end());
  sort_by_path(inventory.temporary_files);
  for (Repository& repository : inventory.repositories)
    sort_by_path(repository.temporary_files);
}

}  // namespace dregs
