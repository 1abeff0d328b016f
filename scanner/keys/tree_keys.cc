#include "scanner/keys/tree_keys.h"

#include <algorithm>

#include "scanner/formats/layout.h"
#include "scanner/inventory/litter.h"

namespace dregs {
namespace {

using Kind = KeyPlace::Kind;

Finding foreign_entry(std::string path) {
  Finding finding;
  finding.kind = FindingKind::foreign_entry;
  finding.path = std::move(path);
  finding.detail = "not written by a registry; it is left alone";
  return finding;
}

}  // namespace

void TreeKeys::take(const StoredObject& object) {
  const std::string_view path = std::string_view(object.key).substr(above_);
  const KeyPlace place = place_of_key(path);
  if (place.kind == Kind::repository)
    repository(place.repository).fingerprint += stamp_of(object);
  else
    stamps_.add(place, object);
  has_blobs_ |= path.starts_with("blobs/");
  has_repositories_ |= path.starts_with("repositories/");
  if (!place.of_the_nameless.empty())
    repository("").take(place.of_the_nameless, object);
  switch (place.kind) {
    case Kind::beside:
      beside_.insert(std::string(path.substr(0, path.find('/'))));
      return;
    case Kind::folder_key:
      if (object.size == 0 && !path.empty()) folder_keys_.add(path);
      if (object.size == 0) return;
      full_folder_keys_.insert(std::string(path));
      return;
    case Kind::blob:
      return blobs_.take(place.below, object);
    case Kind::repository:
      return repository(place.repository).take(place.below, object);
    case Kind::between:
      return between_.take(place.below);
    case Kind::in_snapshot:
      return between_.take_snapshot(place.below);
  }
}

RepositoryKeys& TreeKeys::repository(std::string_view name) {
  if (newest_ != nullptr && newest_name_ == name) return *newest_;
  auto found = repositories.find(name);
  if (found == repositories.end()) {
    found = repositories.emplace(std::string(name), RepositoryKeys()).first;
    between_.note_litter_in(name);
  }
  newest_name_ = found->first;
  newest_ = &found->second;
  return *newest_;
}

void KeysBetween::note_litter_in(std::string_view name) {
  for (std::size_t start = 0; start < name.size();) {
    const std::size_t end = std::min(name.find('/', start), name.size());
    if (is_litter(name.substr(start, end - start)))
      litter_folders_.insert(std::string(name.substr(0, end)));
    start = end + 1;
  }
}

bool KeysBetween::is_in_litter(std::string_view folder) const {
  for (std::size_t end = folder.find('/');; end = folder.find('/', end + 1)) {
    if (litter_folders_.contains(std::string(folder.substr(0, end))))
      return true;
    if (end == std::string_view::npos) return false;
  }
}

void KeysBetween::take(std::string_view path) {
  const std::size_t before = litter_folders_.size();
  const std::string_view folder = layout::parent(path);
  note_litter_in(folder);
  if (litter_folders_.size() != before || is_in_litter(folder)) return;
  (is_litter_file(layout::last_component(path)) ? litter_ : foreign_)
      .insert(std::string(path));
}

void KeysBetween::merge(KeysBetween more) {
  foreign_.merge(more.foreign_);
  litter_.merge(more.litter_);
  litter_folders_.merge(more.litter_folders_);
  snapshot_folders_.merge(more.snapshot_folders_);
}

void KeysBetween::finish(const KeysByRepository& repositories,
                         Inventory& inventory) const {
  for (const std::string& path : foreign_)
    inventory.findings.push_back(foreign_entry(layout::repository(path)));
  for (const auto* paths : {&litter_, &snapshot_folders_})
    for (const std::string& path : *paths)
      inventory.litter.add(layout::repository(path));
  for (const std::string& path : litter_folders_)
    if (!repositories.contains(path))
      inventory.litter.add(layout::repository(path));
}

void TreeKeys::merge(TreeKeys more) {
  for (auto& [name, keys] : more.repositories) {
    const auto [mine, is_new] = repositories.try_emplace(name);
    if (is_new)
      mine->second = std::move(keys);
    else
      mine->second.merge(std::move(keys));
  }
  stamps_.merge(more.stamps_);
  blobs_.merge(std::move(more.blobs_));
  has_blobs_ |= more.has_blobs_;
  has_repositories_ |= more.has_repositories_;
  beside_.merge(more.beside_);
  between_.merge(std::move(more.between_));
  folder_keys_.merge(more.folder_keys_);
  full_folder_keys_.merge(more.full_folder_keys_);
}

BucketStamps TreeKeys::stamps() const {
  BucketStamps all = stamps_;
  for (const auto& [name, keys] : repositories)
    if (keys.fingerprint != 0) all.repositories[name] = keys.fingerprint;
  return all;
}

void TreeKeys::finish(Inventory& inventory,
                      std::map<std::string, std::uint64_t>& other_sizes) {
  inventory.blobs_found = has_blobs_;
  inventory.repositories_found = has_repositories_;
  blobs_.finish(inventory, other_sizes);
  note_beside(inventory);
  between_.finish(repositories, inventory);
  inventory.litter.merge(folder_keys_);
  for (const std::string& path : full_folder_keys_)
    inventory.findings.push_back(foreign_entry(path));
}

// What lies beside blobs and repositories. No server looks there.
void TreeKeys::note_beside(Inventory& inventory) const {
  for (const std::string& name : beside_)
    if (is_litter_file(name))
      inventory.litter.add(name);
    else
      inventory.findings.push_back(foreign_entry(name));
}

}  // namespace dregs
