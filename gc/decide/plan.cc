#include "gc/decide/plan.h"

#include <algorithm>
#include <tuple>

#include "gc/decide/plan_scope.h"
#include "gc/decide/planned_folders.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

// A tag without a target keeps its history, the only trace of what it was.
void plan_history(const PlanScope& scope, std::uint32_t i,
                  const Repository& repository, const TakeRemoval& take) {
  const RepositoryMark& mark = scope.marks.repositories[i];
  for (const HistoryEntry& entry : repository.history) {
    const Tag& tag = repository.tags[entry.tag];
    if (!tag.current || mark.keeps_revision(repository, entry.digest)) continue;
    take({RemovalKind::tag_history, RemovalReason::revision_removed, i,
          entry.digest, 0, tag.name});
  }
}

void plan_revisions(const PlanScope& scope, std::uint32_t i,
                    const Repository& repository, const TakeRemoval& take) {
  const RepositoryMark& mark = scope.marks.repositories[i];
  for (std::size_t r = 0; r < repository.revisions.size(); ++r)
    if (!mark.revisions[r])
      take({RemovalKind::revision,
            RemovalReason::untagged,
            i,
            repository.revisions[r],
            0,
            {}});
}

void plan_layers(const PlanScope& scope, std::uint32_t i,
                 const Repository& repository, const TakeRemoval& take) {
  const RepositoryMark& mark = scope.marks.repositories[i];
  for (std::size_t l = 0; l < repository.layers.size(); ++l)
    if (!mark.layers[l])
      take({RemovalKind::layer_link,
            RemovalReason::unneeded_link,
            i,
            repository.layers[l],
            0,
            {}});
  for (std::size_t a = 0; a < repository.aliases.size(); ++a)
    if (!mark.aliases[a])
      take({RemovalKind::layer_link,
            RemovalReason::unneeded_link,
            i,
            {},
            0,
            repository.aliases[a].digest});
}

// Returns how many blobs leave an empty place in their prefix folder.
GoneByPrefix plan_blobs(const PlanScope& scope, const TakeRemoval& take) {
  const auto& [inventory, marks, policy, occupied] = scope;
  GoneByPrefix gone{};
  for (BlobId id = 0; id < inventory.blobs.size(); ++id) {
    const Blob& blob = inventory.blobs[id];
    if (marks.live[id] || marks.held[id] || !blob.removable ||
        policy.is_young(blob.times()))
      continue;
    take({RemovalKind::blob,
          RemovalReason::unreferenced,
          kNoRepository,
          blob.digest,
          blob.hard_linked ? 0 : blob.size,
          {}});
    if (occupied.empty() || !occupied.contains(layout::blob(blob.digest)))
      ++gone[blob.digest.bytes[0]];
  }
  return gone;
}

void plan_uploads(const PlanScope& scope, std::uint32_t i,
                  const Repository& repository, const TakeRemoval& take) {
  for (const Upload& upload : repository.uploads) {
    if (!upload.recognised || scope.policy.is_fresh_upload(upload.times))
      continue;
    take({RemovalKind::upload,
          RemovalReason::stale_upload,
          i,
          {},
          upload.bytes,
          upload.id});
  }
}

void plan_temporary_files(const PlanScope& scope, std::uint32_t repository,
                          const std::vector<TemporaryFile>& files,
                          const TakeRemoval& take) {
  for (const TemporaryFile& file : files) {
    if (scope.policy.is_fresh_upload(file.times)) continue;
    take({RemovalKind::temporary,
          RemovalReason::left_over,
          repository,
          {},
          file.bytes,
          file.path});
  }
}

// Hands over everything that goes, in the order of the plan.
void plan_all(const PlanScope& scope, const TakeRemoval& take) {
  const auto for_each = [&](const auto& plan) {
    for_each_free_repository(
        scope, [&](std::uint32_t i, const Repository& repository) {
          plan(scope, i, repository, take);
        });
  };
  for_each(plan_history);
  for_each(plan_revisions);
  for_each(plan_layers);
  const GoneByPrefix gone = plan_blobs(scope, take);
  for_each(plan_uploads);
  for_each_free_repository(
      scope, [&](std::uint32_t i, const Repository& repository) {
        plan_temporary_files(scope, i, repository.temporary_files, take);
      });
  plan_temporary_files(scope, kNoRepository, scope.inventory.temporary_files,
                       take);
  plan_folders(scope, gone, take);
}

void add_to(KindTotals& totals, const Removal& removal) {
  KindTotal& total = totals[static_cast<std::size_t>(removal.kind)];
  ++total.count;
  total.bytes += removal.bytes;
}

KindTotals totals_in(const PlanScope& scope) {
  KindTotals totals{};
  plan_all(scope, [&](const Removal& removal) { add_to(totals, removal); });
  return totals;
}

auto identity(const Removal& removal) {
  return std::tie(removal.kind, removal.repository, removal.digest,
                  removal.name);
}

}  // namespace

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
  for (const Removal& removal : plan.removals) add_to(totals, removal);
  return totals;
}

KindTotals planned_totals(const Inventory& inventory, const MarkSet& marks,
                          const Policy& policy) {
  return totals_in(PlanScope(inventory, marks, policy));
}

// A store may have millions of removals. They are counted first, because a
// vector that grows holds three times as much on the way.
Plan make_plan(const Inventory& inventory, const MarkSet& marks,
               const Policy& policy) {
  const PlanScope scope(inventory, marks, policy);
  std::uint64_t removals = 0;
  for (const KindTotal& total : totals_in(scope)) removals += total.count;
  Plan plan;
  plan.removals.reserve(removals);
  plan_all(scope, [&](Removal removal) {
    plan.removals.push_back(std::move(removal));
  });
  return plan;
}

}  // namespace dregs
