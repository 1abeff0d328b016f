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
  void take_between(std::string_view path);
  void note_litter_in(std::string_view name);
  void note_beside(Inventory& inventory) const;

  std::size_t above_;
  BucketStamps stamps_;  // of what is in no repository
  BlobKeys blobs_;
  bool has_blobs_ = false;
  bool has_repositories_ = false;
  // Keys come in order: nearly always the same repository's.
  std::string_view newest_name_;
  RepositoryKeys* newest_ = nullptr;
  std::set<std::string> beside_;            // relative to v2
  std::set<std::string> foreign_;           // files, relative to repositories/
  std::set<std::string> litter_;            // the same
  std::set<std::string> litter_folders_;    // the same, unless repositories
  std::set<std::string> snapshot_folders_;  // the same
  Litter folder_keys_;
  std::set<std::string> full_folder_keys_;  // that hold something
};

}  // namespace dregs
