#include "gc/decide/refusal.h"

#include <fmt/format.h>

#include <algorithm>

namespace dregs {
namespace {

// Harbor keeps tags in its database: -m would take everything (format.md#6.5).
// Fewer repositories than this may well all be untagged for good reason.
constexpr std::size_t kManyRepositories = 10;
constexpr double kAlmostAll = 0.9;

using Refusals = std::vector<Refusal>;

void check_surroundings(const Surroundings& surroundings, const Policy& policy,
                        Refusals& refusals) {
  if (surroundings.database_in_use)
    refusals.push_back(
        {"lockfiles/database-in-use: GitLab keeps this registry's metadata in "
         "a database, and the links on the disk are not the truth",
         "use GitLab's own online garbage collection"});
  if (surroundings.proxy_cache && policy.delete_untagged &&
      !policy.allow_proxy_cache)
    refusals.push_back(
        {"this is a pull-through cache, where untagged means nothing to its "
         "users",
         "leave --delete-untagged out, or add --allow-proxy-cache"});
}

void check_scan(const Inventory& inventory, Refusals& refusals) {
  for (const Finding& obstacle : inventory.obstacles)
    refusals.push_back(
        {obstacle.path + ": " + obstacle.detail +
             ", so nobody knows what it needs",
         "make it readable (run as root or as the registry's user) and try "
         "again"});
  if (!inventory.blobs_found && !inventory.repositories.empty())
    refusals.push_back({"there are repositories, but no blobs folder",
                        "check that the right volume is mounted"});
}

std::uint64_t count_of(const KindTotals& planned, RemovalKind kind) {
  return planned[static_cast<std::size_t>(kind)].count;
}

bool removes_data(const KindTotals& planned) {
  return count_of(planned, RemovalKind::revision) +
             count_of(planned, RemovalKind::layer_link) +
             count_of(planned, RemovalKind::blob) >
         0;
}

// Whatever layer links, pins or uploads hold: where no tag and no revision
// leads to a sound manifest, the images are somewhere else, as on a volume that
// is not mounted or after a restore of some folders only.
void check_live(const Inventory& inventory, const MarkSet& marks,
                const KindTotals& planned, const Policy& policy,
                Refusals& refusals) {
  if (inventory.blobs.size() == 0 || policy.allow_empty) return;
  const bool none = inventory.repositories.empty();
  const auto has_image = [](const RepositoryMark& m) { return m.has_image; };
  if (!none && (!removes_data(planned) ||
                std::any_of(marks.repositories.begin(),
                            marks.repositories.end(), has_image)))
    return;
  refusals.push_back(
      {none ? "there are blobs, but no repositories at all"
            : fmt::format("no image is live: no tag and no manifest of any "
                          "repository leads to a sound image, and {} of {} "
                          "blobs would go",
                          count_of(planned, RemovalKind::blob),
                          inventory.blobs.size()),
       "check that the right volume is mounted and that all of it was "
       "restored; --allow-empty if it is really meant"});
}

void check_untagged(const Inventory& inventory, const Policy& policy,
                    Refusals& refusals) {
  if (!policy.delete_untagged) return;
  std::size_t with_revisions = 0;
  std::size_t without_tags = 0;
  for (const Repository& repository : inventory.repositories) {
    if (repository.revisions.empty()) continue;
    ++with_revisions;
    if (repository.tags.empty()) ++without_tags;
  }
  const bool almost_all = static_cast<double>(without_tags) >=
                          kAlmostAll * static_cast<double>(with_revisions);
  if (with_revisions >= kManyRepositories && almost_all && !policy.allow_empty)
    refusals.push_back(
        {fmt::format("{} of {} repositories have manifests but no tags, as "
                     "where Harbor keeps the tags in its database",
                     without_tags, with_revisions),
         "leave --delete-untagged out; --allow-empty if it is really meant"});
}

void check_share(const char* what, std::uint64_t gone, std::uint64_t all,
                 double most_percent, Refusals& refusals) {
  if (all == 0) return;
  const double percent =
      100.0 * static_cast<double>(gone) / static_cast<double>(all);
  if (percent > most_percent)
    refusals.push_back(
        {fmt::format("{:.1f} % of all {} would go, more than --max-delete "
                     "{:g} allows",
                     percent, what, most_percent),
         "look at a dry run, then raise --max-delete"});
}

void check_shares(const Inventory& inventory, const KindTotals& planned,
                  const Policy& policy, Refusals& refusals) {
  if (!policy.max_delete_percent) return;
  const double most = *policy.max_delete_percent;
  const KindTotal& gone = planned[static_cast<std::size_t>(RemovalKind::blob)];
  std::uint64_t bytes = 0;
  for (const Blob& blob : inventory.blobs) bytes += blob.size;
  check_share("blobs", gone.count, inventory.blobs.size(), most, refusals);
  check_share("bytes", gone.bytes, bytes, most, refusals);
}

}  // namespace

std::vector<Refusal> reasons_to_refuse(const Inventory& inventory,
                                       const MarkSet& marks,
                                       const KindTotals& planned,
                                       const Policy& policy,
                                       const Surroundings& surroundings) {
  Refusals refusals;
  check_surroundings(surroundings, policy, refusals);
  check_scan(inventory, refusals);
  check_live(inventory, marks, planned, policy, refusals);
  check_untagged(inventory, policy, refusals);
  check_shares(inventory, planned, policy, refusals);
  return refusals;
}

}  // namespace dregs
