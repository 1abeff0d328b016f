#include "gc/bucket/bucket_watch.h"

#include <utility>

#include "gc/bucket/unless_stopped.h"
#include "gc/guard/look_again.h"

namespace dregs {

BucketWatch::BucketWatch(const BucketRoot& root, const BucketStamps& stamps,
                         const Inventory& scanned, StopRequest& stop,
                         const EmptiedRepositories& emptied)
    : WriteWatch({}),
      root_(root),
      stamps_(stamps),
      scanned_(scanned),
      stop_(stop),
      emptied_(emptied) {}

Change BucketWatch::changed_since_scan() {
  const auto now = unless_stopped<BucketStamps>(
      stop_, [&] { return stamp_bucket(root_, stop_); });
  if (stop_.requested() || now == stamps_) return {};
  const std::vector<std::string> changed = changed_repositories(stamps_, now);
  return {true, changed.empty() ? std::string() : changed.front()};
}

Precautions BucketWatch::precautions() {
  Precautions precautions;
  precautions.undisturbed_links =
      [this](const Plan& plan, const std::set<std::uint32_t>& failed) {
        return undisturbed_links(plan, failed);
      };
  precautions.afterwards = [this](const Plan& plan,
                                  const std::set<std::uint32_t>& failed) {
    return undisturbed_to_the_end(plan, failed);
  };
  return precautions;
}

// No blob has gone yet, so all of them are as they were listed.
bool BucketWatch::undisturbed_links(const Plan& plan,
                                    const std::set<std::uint32_t>& failed) {
  const BucketScan now = scan_again();
  if (stop_.requested()) return false;
  note(written_since(scanned_, plan, failed, now.inventory));
  if (now.stamps.blobs != stamps_.blobs) note({true, {}});
  return !change_.changed;
}

bool BucketWatch::undisturbed_to_the_end(
    const Plan& plan, const std::set<std::uint32_t>& failed) {
  if (stop_.requested()) return true;  // that is said anyway
  const BucketScan now = scan_again();
  if (!stop_.requested())
    note(written_since(scanned_, plan, failed, now.inventory));
  return !change_.changed;
}

BucketScan BucketWatch::scan_again() const {
  return unless_stopped<BucketScan>(stop_, [&] {
    ScanProgress progress;
    return scan_bucket(root_, stop_, progress, emptied_);
  });
}

void BucketWatch::note(const Change& change) {
  if (!change.changed || change_.changed) return;
  change_ = change;
  stop_.request(StopReason::changed);
}

std::optional<Finding> BucketWatch::disturbance() {
  if (!change_.changed) return std::nullopt;
  return disturbed(change_);
}

}  // namespace dregs
