#include "gc/decide/refusal.h"

#include <fmt/format.h>

#include <algorithm>

namespace dregs {
namespace {

// Harbor keeps tags in its database: -m would take everything (format.md#6.5).
// Fewer repositories than this may well all be untagged for good reason.
constexpr std::size_t kManyRepositories = 10;
constexpr double kAlmostAll = 0.9;

class RefusalCheck {
 public:
  RefusalCheck(const Inventory& inventory, const MarkSet& marks,
               const KindTotals& planned, const Policy& policy,
               const Surroundings& surroundings)
      : inventory_(inventory),
        marks_(marks),
        planned_(planned),
        policy_(policy),
        surroundings_(surroundings) {}

  std::vector<Refusal> run() {
    judge_surroundings();
    judge_scan();
    judge_live();
    if (policy_.delete_untagged) judge_untagged();
    judge_share();
    return std::move(refusals_);
  }

 private:
  void refuse(std::string reason, std::string way_out) {
    refusals_.push_back({std::move(reason), std::move(way_out)});
  }

  void judge_surroundings() {
    if (surroundings_.database_in_use)
      refuse(
          "lockfiles/database-in-use: GitLab keeps this registry's metadata in "
          "a database, and the links on the disk are not the truth",
          "use GitLab's own online garbage collection");
    if (surroundings_.proxy_cache && policy_.delete_untagged &&
        !policy_.allow_proxy_cache)
      refuse(
          "this is a pull-through cache, where untagged means nothing to its "
          "users",
          "leave --delete-untagged out, or add --allow-proxy-cache");
  }

  void judge_scan() {
    for (const Finding& obstacle : inventory_.obstacles)
      refuse(obstacle.path + ": " + obstacle.detail +
                 ", so nobody knows what it needs",
             "make it readable (run as root or as the registry's user) and "
             "try again");
    if (!inventory_.blobs_found && !inventory_.repositories.empty())
      refuse("there are repositories, but no blobs folder",
             "check that the right volume is mounted");
  }

  // Whatever layer links, pins or uploads hold: where no tag and no revision
  // leads to a sound manifest, the images are somewhere else, as on a volume
  // that is not mounted or after a restore of some folders only.
  void judge_live() {
    if (inventory_.blobs.size() == 0 || policy_.allow_empty) return;
    const bool none = inventory_.repositories.empty();
    const auto has_image = [](const RepositoryMark& m) { return m.has_image; };
    if (!none &&
        (!removes_data() || std::any_of(marks_.repositories.begin(),
                                        marks_.repositories.end(), has_image)))
      return;
    refuse(none ? "there are blobs, but no repositories at all"
                : fmt::format(
                      "no image is live: no tag and no manifest of any "
                      "repository leads to a sound image, and {} of {} blobs "
                      "would go",
                      planned(RemovalKind::blob), inventory_.blobs.size()),
           "check that the right volume is mounted and that all of it was "
           "restored; --allow-empty if it is really meant");
  }

  std::uint64_t planned(RemovalKind kind) const {
    return planned_[static_cast<std::size_t>(kind)].count;
  }

  bool removes_data() const {
    return planned(RemovalKind::revision) + planned(RemovalKind::layer_link) +
               planned(RemovalKind::blob) >
           0;
  }

  void judge_untagged() {
    std::size_t with_revisions = 0;
    std::size_t without_tags = 0;
    for (const Repository& repository : inventory_.repositories) {
      if (repository.revisions.empty()) continue;
      ++with_revisions;
      if (repository.tags.empty()) ++without_tags;
    }
    const bool almost_all = static_cast<double>(without_tags) >=
                            kAlmostAll * static_cast<double>(with_revisions);
    if (with_revisions >= kManyRepositories && almost_all &&
        !policy_.allow_empty)
      refuse(fmt::format("{} of {} repositories have manifests but no tags, as "
                         "where Harbor keeps the tags in its database",
                         without_tags, with_revisions),
             "leave --delete-untagged out; --allow-empty if it is really "
             "meant");
  }

  void judge_share() {
    if (!policy_.max_delete_percent) return;
    const KindTotal& gone =
        planned_[static_cast<std::size_t>(RemovalKind::blob)];
    std::uint64_t bytes = 0;
    for (const Blob& blob : inventory_.blobs) bytes += blob.size;
    judge_share("blobs", gone.count, inventory_.blobs.size());
    judge_share("bytes", gone.bytes, bytes);
  }

  void judge_share(const char* what, std::uint64_t gone, std::uint64_t all) {
    if (all == 0) return;
    const double percent =
        100.0 * static_cast<double>(gone) / static_cast<double>(all);
    if (percent > *policy_.max_delete_percent)
      refuse(fmt::format("{:.1f} % of all {} would go, more than --max-delete "
                         "{:g} allows",
                         percent, what, *policy_.max_delete_percent),
             "look at a dry run, then raise --max-delete");
  }

  const Inventory& inventory_;
  const MarkSet& marks_;
  const KindTotals& planned_;
  const Policy& policy_;
  const Surroundings& surroundings_;
  std::vector<Refusal> refusals_;
};

}  // namespace

std::vector<Refusal> reasons_to_refuse(const Inventory& inventory,
                                       const MarkSet& marks,
                                       const KindTotals& planned,
                                       const Policy& policy,
                                       const Surroundings& surroundings) {
  return RefusalCheck(inventory, marks, planned, policy, surroundings).run();
}

}  // namespace dregs
