#include "gc/guard/disk_watch.h"

#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <thread>

namespace dregs {
namespace {

// A server that nobody found looks at the layer links first and writes the
// manifest's link a moment later.
constexpr std::chrono::milliseconds kRequestInFlight(200);

Finding incomplete_watch(const std::string& reason) {
  Finding finding;
  finding.kind = FindingKind::incomplete_watch;
  finding.detail = reason +
                   "; writes of others may go unnoticed for a while, so all "
                   "links are looked at once more after the last removal";
  return finding;
}

}  // namespace

int lock_exclusively(int v2) {
  return ::flock(v2, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
}

DiskWatch::DiskWatch(int v2, const std::string& v2_path,
                     const Inventory& scanned, StopRequest& stop,
                     LookForNewcomers newcomers)
    : WriteWatch(std::move(newcomers)),
      v2_(v2),
      scanned_(scanned),
      stop_(stop),
      writes_(v2_path, scanned) {}

Change DiskWatch::changed_since_scan() {
  Change change = changed_since(scanned_, v2_, stop_);
  change.changed |= writes_.seen();
  return change;
}

Precautions DiskWatch::precautions() {
  Precautions precautions;
  precautions.undisturbed = [this] { return undisturbed(); };
  precautions.undisturbed_links =
      [this](const Plan& plan, const std::set<std::uint32_t>& failed) {
        return undisturbed_links(plan, failed);
      };
  precautions.nobody_came = [this] { return nobody_came(); };
  precautions.afterwards = [this](const Plan& plan,
                                  const std::set<std::uint32_t>& failed) {
    return undisturbed_to_the_end(plan, failed);
  };
  precautions.left_open = [this](const std::string& folder) {
    writes_.watch_too(folder);
  };
  return precautions;
}

bool DiskWatch::undisturbed() {
  if (!writes_.seen()) return true;
  stop_.request(StopReason::changed);
  return false;
}

// A server that only read what is about to go writes nothing, and takes a push
// that needs it later.
bool DiskWatch::nobody_came() {
  if (!any_may_write(look_for_newcomers())) return true;
  stop_.request(StopReason::changed);
  return false;
}

// What a watch cannot see, such as a link that is rewritten in its place, is in
// the links before it needs a blob. Looking costs as much as a scan of the
// repositories.
bool DiskWatch::undisturbed_links(const Plan& plan,
                                  const std::set<std::uint32_t>& failed) {
  std::this_thread::sleep_for(kRequestInFlight);
  return undisturbed() && nobody_came() && same_links(plan, failed) &&
         undisturbed();
}

// Whoever wrote while blobs went was seen at once, but where a watch is blind.
bool DiskWatch::undisturbed_to_the_end(const Plan& plan,
                                       const std::set<std::uint32_t>& failed) {
  const bool alone = !any_may_write(look_for_newcomers());
  return (writes_.complete() || same_links(plan, failed)) && alone;
}

bool DiskWatch::same_links(const Plan& plan,
                           const std::set<std::uint32_t>& failed) {
  if (!change_.changed)
    change_ = written_since(scanned_, plan, failed, v2_, stop_);
  if (change_.changed) stop_.request(StopReason::changed);
  return !change_.changed;
}

std::optional<Finding> DiskWatch::disturbance() {
  const bool seen = writes_.seen();
  if (!seen && !change_.changed) return std::nullopt;
  Finding finding = disturbed(change_);
  finding.path = writes_.where();
  return finding;
}

std::vector<Finding> DiskWatch::limits() const {
  if (writes_.complete()) return {};
  return {incomplete_watch(writes_.reason())};
}

}  // namespace dregs
