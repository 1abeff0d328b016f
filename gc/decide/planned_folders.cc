#include "gc/decide/planned_folders.h"

#include <algorithm>
#include <unordered_map>

#include "scanner/formats/layout.h"

namespace dregs {
namespace {

void take_folder(std::uint32_t repository, std::string path,
                 const TakeRemoval& take) {
  take({RemovalKind::folder,
        RemovalReason::left_empty,
        repository,
        {},
        0,
        std::move(path)});
}

void plan_blob_folders(const PlanScope& scope, GoneByPrefix& gone,
                       const TakeRemoval& take) {
  for (const Digest& digest : scope.inventory.empty_blob_folders) {
    std::string path = layout::blob(digest);
    if (scope.occupied.contains(path)) continue;
    ++gone[digest.bytes[0]];
    take_folder(kNoRepository, std::move(path), take);
  }
  for (const PrefixFolder& prefix : scope.inventory.prefixes)
    if (prefix.removable &&
        gone[std::stoul(prefix.name, nullptr, 16)] == prefix.entries)
      take_folder(kNoRepository, layout::blob_prefix(prefix.name), take);
}

// What the API's deletions left: <hex> folders without a link.
void plan_link_folders(const PlanScope& scope, std::uint32_t i,
                       const Repository& repository, const TakeRemoval& take) {
  const auto plan = [&](std::string path) {
    if (!scope.occupied.contains(path)) take_folder(i, std::move(path), take);
  };
  for (const Digest& digest : repository.empty_revisions)
    plan(layout::revision(repository.name, digest));
  for (const Digest& digest : repository.empty_layers)
    plan(layout::layer(repository.name, digest));
  for (const std::string& digest : repository.empty_aliases)
    plan(layout::layer_alias(repository.name, digest));
}

bool is_left_empty(const PlanScope& scope, std::uint32_t i) {
  const Repository& repository = scope.inventory.repositories[i];
  const RepositoryMark& mark = scope.marks.repositories[i];
  const auto none = [](const std::vector<bool>& kept) {
    return std::find(kept.begin(), kept.end(), true) == kept.end();
  };
  return !mark.pinned && !repository.has_foreign_entries &&
         repository.tags.empty() && none(mark.revisions) && none(mark.layers) &&
         none(mark.aliases) &&
         !scope.occupied.contains(layout::repository(repository.name)) &&
         std::all_of(repository.uploads.begin(), repository.uploads.end(),
                     [&](const Upload& upload) {
                       return upload.recognised &&
                              !scope.policy.is_fresh_upload(upload.times);
                     });
}

// _manifests and the like, the deepest first.
void plan_skeleton(const PlanScope& scope, std::uint32_t i,
                   const TakeRemoval& take) {
  const Repository& repository = scope.inventory.repositories[i];
  for (auto folder = repository.folders.rbegin();
       folder != repository.folders.rend(); ++folder)
    take_folder(i, layout::repository(repository.name) + "/" + *folder, take);
}

// From the deepest up: a folder goes where all folders below it go.
void plan_repository_folders(const PlanScope& scope, const TakeRemoval& take) {
  const Inventory& inventory = scope.inventory;
  std::unordered_map<std::string, std::uint32_t> repository_at;
  for (std::uint32_t i = 0; i < inventory.repositories.size(); ++i)
    repository_at[inventory.repositories[i].name] = i;
  std::unordered_set<std::string> stays;
  for (auto folder = inventory.namespaces.rbegin();
       folder != inventory.namespaces.rend(); ++folder) {
    const auto at = repository_at.find(folder->path);
    const bool is_repository = at != repository_at.end();
    const bool is_empty = !folder->path.empty() && folder->removable &&
                          folder->other_entries == 0 &&
                          (!is_repository || is_left_empty(scope, at->second));
    // Repositories nested in it do not keep an empty one in the catalog.
    if (is_empty && is_repository) plan_skeleton(scope, at->second, take);
    if (!is_empty || stays.contains(folder->path)) {
      stays.insert(std::string(layout::parent(folder->path)));
      continue;
    }
    take_folder(is_repository ? at->second : kNoRepository,
                layout::repository(folder->path), take);
  }
}

}  // namespace

void plan_folders(const PlanScope& scope, GoneByPrefix gone,
                  const TakeRemoval& take) {
  plan_blob_folders(scope, gone, take);
  for_each_free_repository(scope,
                           [&](std::uint32_t i, const Repository& repository) {
                             plan_link_folders(scope, i, repository, take);
                           });
  plan_repository_folders(scope, take);
}

}  // namespace dregs
