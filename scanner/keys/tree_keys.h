// TreeKeys gathers what a listing says, repository by repository, before
// anything is judged. Each connection fills one of its own; they are merged.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "scanner/keys/blob_keys.h"
#include "scanner/keys/bucket_stamps.h"
#include "scanner/keys/repository_keys.h"

namespace dregs {

using KeysByRepository = std::map<std::string, RepositoryKeys, std::less<>>;

// What lies among the repositories and is of none: litter, snapshots of file
// systems, and files that no registry wrote. Paths are relative to
// repositories/.
class KeysBetween {
 public:
  void take(std::string_view path);
  void take_snapshot(std::string_view folder) {
    snapshot_folders_.insert(std::string(folder));
  }
  // Notes the folders of this name that no server can reach by their names.
  void note_litter_in(std::string_view name);
  void merge(KeysBetween more);
  void finish(const KeysByRepository& repositories, Inventory& inventory) const;

 private:
  bool is_in_litter(std::string_view folder) const;

  std::set<std::string> foreign_;         // files
  std::set<std::string> litter_;          // files
  std::set<std::string> litter_folders_;  // unless they are repositories
  std::set<std::string> snapshot_folders_;
};

class TreeKeys {
 public:
  // `above`: how many bytes of each key name the v2 folder.
  explicit TreeKeys(std::size_t above) : above_(above) {}

  void take(const StoredObject& object);
  void merge(TreeKeys more);
  // What is known without the repositories' insides: findings and litter of
  // what no registry wrote, and the blobs.
  void finish(Inventory& inventory,
              std::map<std::string, std::uint64_t>& other_sizes);

  // Of all objects; before the repositories' keys are taken away.
  BucketStamps stamps() const;

  KeysByRepository repositories;

 private:
  RepositoryKeys& repository(std::string_view name);
  void note_beside(Inventory& inventory) const;

  std::size_t above_;
  BucketStamps stamps_;  // of what is in no repository
  BlobKeys blobs_;
  bool has_blobs_ = false;
  bool has_repositories_ = false;
  // Keys come in order: nearly always the same repository's.
  std::string_view newest_name_;
  RepositoryKeys* newest_ = nullptr;
  KeysBetween between_;
  std::set<std::string> beside_;  // relative to v2
  Litter folder_keys_;
  std::set<std::string> full_folder_keys_;  // that hold something
};

}  // namespace dregs
