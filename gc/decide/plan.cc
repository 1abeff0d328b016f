#include "gc/decide/plan.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "scanner/formats/layout.h"

namespace dregs {
namespace {

class Planner {
 public:
  Planner(const Inventory& inventory, const MarkSet& marks,
          const Policy& policy)
      : inventory_(inventory), marks_(marks), policy_(policy) {}

  KindTotals count() {
    run();
    return totals_;
  }

  // A store may have millions of removals: memory for just as many, for a
  // vector that grows holds three times that on the way.
  Plan collect(std::size_t removals) {
    keeps_ = true;
    plan_.removals.reserve(removals);
    run();
    return std::move(plan_);
  }

 private:
  using Step = void (Planner::*)(std::uint32_t, const Repository&);

  void run() {
    find_occupied();
    for_each_free_repository(&Planner::plan_history);
    for_each_free_repository(&Planner::plan_revisions);
    for_each_free_repository(&Planner::plan_layers);
    plan_blobs();
    for_each_free_repository(&Planner::plan_uploads);
    plan_temporary_files();
    plan_folders();
  }

  // Nothing in a pinned repository goes.
  void for_each_free_repository(Step step) {
    for (std::uint32_t i = 0; i < inventory_.repositories.size(); ++i)
      if (!marks_.repositories[i].pinned)
        (this->*step)(i, inventory_.repositories[i]);
  }

  void add(Removal removal) {
    KindTotal& total = totals_[static_cast<std::size_t>(removal.kind)];
    ++total.count;
    total.bytes += removal.bytes;
    if (keeps_) plan_.removals.push_back(std::move(removal));
  }

  void add_link(RemovalKind kind, RemovalReason reason,
                std::uint32_t repository, const Digest& digest,
                std::string name = {}) {
    add({kind, reason, repository, digest, 0, std::move(name)});
  }

  // A tag without a target keeps its history, the only trace of what it was.
  void plan_history(std::uint32_t i, const Repository& repository) {
    const RepositoryMark& mark = marks_.repositories[i];
    for (const HistoryEntry& entry : repository.history) {
      const Tag& tag = repository.tags[entry.tag];
      if (!tag.current || mark.keeps_revision(repository, entry.digest))
        continue;
      add_link(RemovalKind::tag_history, RemovalReason::revision_removed, i,
               entry.digest, tag.name);
    }
  }

  void plan_revisions(std::uint32_t i, const Repository& repository) {
    const RepositoryMark& mark = marks_.repositories[i];
    for (std::size_t r = 0; r < repository.revisions.size(); ++r)
      if (!mark.revisions[r])
        add_link(RemovalKind::revision, RemovalReason::untagged, i,
                 repository.revisions[r]);
  }

  void plan_layers(std::uint32_t i, const Repository& repository) {
    const RepositoryMark& mark = marks_.repositories[i];
    for (std::size_t l = 0; l < repository.layers.size(); ++l)
      if (!mark.layers[l])
        add_link(RemovalKind::layer_link, RemovalReason::unneeded_link, i,
                 repository.layers[l]);
    for (std::size_t a = 0; a < repository.aliases.size(); ++a)
      if (!mark.aliases[a])
        add_link(RemovalKind::layer_link, RemovalReason::unneeded_link, i, {},
                 repository.aliases[a].digest);
  }

  void plan_blobs() {
    for (BlobId id = 0; id < inventory_.blobs.size(); ++id) {
      const Blob& blob = inventory_.blobs[id];
      if (marks_.live[id] || marks_.held[id] || !blob.removable ||
          policy_.is_young(blob.times()))
        continue;
      add({RemovalKind::blob,
           RemovalReason::unreferenced,
           kNoRepository,
           blob.digest,
           blob.hard_linked ? 0 : blob.size,
           {}});
      if (occupied_.empty() || !occupied_.contains(layout::blob(blob.digest)))
        ++gone_in_prefix_[blob.digest.bytes[0]];
    }
  }

  void plan_uploads(std::uint32_t i, const Repository& repository) {
    for (const Upload& upload : repository.uploads) {
      if (!upload.recognised || policy_.is_fresh_upload(upload.times)) continue;
      add({RemovalKind::upload,
           RemovalReason::stale_upload,
           i,
           {},
           upload.bytes,
           upload.id});
    }
  }

  // Before anything is planned: what stays in a folder keeps it, and those
  // above it.
  void find_occupied() {
    occupied_.insert(inventory_.occupied_folders.begin(),
                     inventory_.occupied_folders.end());
    for (const TemporaryFile& file : inventory_.temporary_files)
      if (policy_.is_fresh_upload(file.times)) occupy(file);
    for (std::uint32_t i = 0; i < inventory_.repositories.size(); ++i) {
      const Repository& repository = inventory_.repositories[i];
      for (const TemporaryFile& file : repository.temporary_files) {
        if (!marks_.repositories[i].pinned &&
            !policy_.is_fresh_upload(file.times))
          continue;
        occupy(file);
        occupied_.insert(layout::repository(repository.name));
      }
    }
  }

  void occupy(const TemporaryFile& file) {
    occupied_.insert(std::string(layout::parent(file.path)));
  }

  void plan_temporary_files() {
    for_each_free_repository(&Planner::plan_temporary_files_of);
    for (const TemporaryFile& file : inventory_.temporary_files)
      plan_temporary_file(kNoRepository, file);
  }

  void plan_temporary_files_of(std::uint32_t i, const Repository& repository) {
    for (const TemporaryFile& file : repository.temporary_files)
      plan_temporary_file(i, file);
  }

  void plan_temporary_file(std::uint32_t repository,
                           const TemporaryFile& file) {
    if (policy_.is_fresh_upload(file.times)) return;
    add({RemovalKind::temporary,
         RemovalReason::left_over,
         repository,
         {},
         file.bytes,
         file.path});
  }

  void add_folder(std::uint32_t repository, std::string path) {
    add({RemovalKind::folder,
         RemovalReason::left_empty,
         repository,
         {},
         0,
         std::move(path)});
  }

  void plan_folders() {
    for (const Digest& digest : inventory_.empty_blob_folders) {
      std::string path = layout::blob(digest);
      if (occupied_.contains(path)) continue;
      ++gone_in_prefix_[digest.bytes[0]];
      add_folder(kNoRepository, std::move(path));
    }
    for (const PrefixFolder& prefix : inventory_.prefixes)
      if (prefix.removable &&
          gone_in_prefix_[std::stoul(prefix.name, nullptr, 16)] ==
              prefix.entries)
        add_folder(kNoRepository, layout::blob_prefix(prefix.name));
    for_each_free_repository(&Planner::plan_link_folders);
    plan_repository_folders();
  }

  // What the API's deletions left: <hex> folders without a link.
  void plan_link_folders(std::uint32_t i, const Repository& repository) {
    for (const Digest& digest : repository.empty_revisions)
      plan_link_folder(i, layout::revision(repository.name, digest));
    for (const Digest& digest : repository.empty_layers)
      plan_link_folder(i, layout::layer(repository.name, digest));
    for (const std::string& digest : repository.empty_aliases)
      plan_link_folder(i, layout::layer_alias(repository.name, digest));
  }

  void plan_link_folder(std::uint32_t i, std::string path) {
    if (!occupied_.contains(path)) add_folder(i, std::move(path));
  }

  // From the deepest up: a folder goes where all folders below it go.
  void plan_repository_folders() {
    std::unordered_map<std::string, std::uint32_t> repository_at;
    for (std::uint32_t i = 0; i < inventory_.repositories.size(); ++i)
      repository_at[inventory_.repositories[i].name] = i;
    std::unordered_set<std::string> stays;
    for (auto folder = inventory_.namespaces.rbegin();
         folder != inventory_.namespaces.rend(); ++folder) {
      const auto at = repository_at.find(folder->path);
      const bool is_repository = at != repository_at.end();
      const bool is_empty = !folder->path.empty() && folder->removable &&
                            folder->other_entries == 0 &&
                            (!is_repository || is_left_empty(at->second));
      // Repositories nested in it do not keep an empty one in the catalog.
      if (is_empty && is_repository) plan_skeleton(at->second);
      if (!is_empty || stays.contains(folder->path)) {
        stays.insert(std::string(layout::parent(folder->path)));
        continue;
      }
      add_folder(is_repository ? at->second : kNoRepository,
                 layout::repository(folder->path));
    }
  }

  bool is_left_empty(std::uint32_t i) const {
    const Repository& repository = inventory_.repositories[i];
    const RepositoryMark& mark = marks_.repositories[i];
    const auto none = [](const std::vector<bool>& kept) {
      return std::find(kept.begin(), kept.end(), true) == kept.end();
    };
    return !mark.pinned && !repository.has_foreign_entries &&
           repository.tags.empty() && none(mark.revisions) &&
           none(mark.layers) && none(mark.aliases) &&
           !occupied_.contains(layout::repository(repository.name)) &&
           std::all_of(repository.uploads.begin(), repository.uploads.end(),
                       [this](const Upload& upload) {
                         return upload.recognised &&
                                !policy_.is_fresh_upload(upload.times);
                       });
  }

  // _manifests and the like, the deepest first.
  void plan_skeleton(std::uint32_t i) {
    const Repository& repository = inventory_.repositories[i];
    for (auto folder = repository.folders.rbegin();
         folder != repository.folders.rend(); ++folder)
      add_folder(i, layout::repository(repository.name) + "/" + *folder);
  }

  const Inventory& inventory_;
  const MarkSet& marks_;
  const Policy& policy_;
  bool keeps_ = false;
  Plan plan_;
  KindTotals totals_{};
  std::array<std::uint32_t, 256> gone_in_prefix_{};
  // Folders in which something stays that the scan alone would call empty.
  std::unordered_set<std::string> occupied_;
};

auto identity(const Removal& removal) {
  return std::tie(removal.kind, removal.repository, removal.digest,
                  removal.name);
}

}  // namespace

std::string_view to_string(RemovalKind kind) {
  switch (kind) {
    case RemovalKind::tag_history:
      return "tag-history";
    case RemovalKind::tag:
      return "tag";
    case RemovalKind::revision:
      return "revision";
    case RemovalKind::layer_link:
      return "layer-link";
    case RemovalKind::blob:
      return "blob";
    case RemovalKind::upload:
      return "upload";
    case RemovalKind::temporary:
      return "temporary";
    case RemovalKind::folder:
      return "folder";
  }
  return "";
}

std::string_view to_string(RemovalReason reason) {
  switch (reason) {
    case RemovalReason::revision_removed:
      return "revision-removed";
    case RemovalReason::untagged:
      return "untagged";
    case RemovalReason::unneeded_link:
      return "unneeded-link";
    case RemovalReason::unreferenced:
      return "unreferenced";
    case RemovalReason::stale_upload:
      return "stale-upload";
    case RemovalReason::left_over:
      return "left-over";
    case RemovalReason::left_empty:
      return "left-empty";
    case RemovalReason::requested:
      return "requested";
  }
  return "";
}

std::string path_of(const Removal& removal, const Inventory& inventory) {
  static const std::string kNone;
  const std::string& repository =
      removal.repository == kNoRepository
          ? kNone
          : inventory.repositories[removal.repository].name;
  switch (removal.kind) {
    case RemovalKind::tag_history:
      return layout::history_entry(repository, removal.name.text(),
                                   removal.digest);
    case RemovalKind::tag:
      return layout::tag(repository, removal.name.text());
    case RemovalKind::revision:
      return layout::revision(repository, removal.digest);
    case RemovalKind::layer_link:
      return removal.name.empty()
                 ? layout::layer(repository, removal.digest)
                 : layout::layer_alias(repository, removal.name.text());
    case RemovalKind::blob:
      return layout::blob(removal.digest);
    case RemovalKind::upload:
      return layout::upload(repository, removal.name.text());
    case RemovalKind::temporary:
    case RemovalKind::folder:
      return removal.name.text();
  }
  return {};
}

Plan intersection(const Plan& plan, const Plan& other) {
  const auto less = [](const Removal& a, const Removal& b) {
    return identity(a) < identity(b);
  };
  std::vector<Removal> sorted = other.removals;
  std::sort(sorted.begin(), sorted.end(), less);
  Plan both;
  for (const Removal& removal : plan.removals)
    if (std::binary_search(sorted.begin(), sorted.end(), removal, less))
      both.removals.push_back(removal);
  return both;
}

KindTotals totals_of(const Plan& plan) {
  KindTotals totals{};
  for (const Removal& removal : plan.removals) {
    KindTotal& total = totals[static_cast<std::size_t>(removal.kind)];
    ++total.count;
    total.bytes += removal.bytes;
  }
  return totals;
}

KindTotals planned_totals(const Inventory& inventory, const MarkSet& marks,
                          const Policy& policy) {
  return Planner(inventory, marks, policy).count();
}

Plan make_plan(const Inventory& inventory, const MarkSet& marks,
               const Policy& policy) {
  std::uint64_t removals = 0;
  for (const KindTotal& total : planned_totals(inventory, marks, policy))
    removals += total.count;
  return Planner(inventory, marks, policy).collect(removals);
}

}  // namespace dregs
