#include "gc/exclusive.h"

#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "scanner/layout.h"

namespace dregs {
namespace {

// A server that nobody found looks at the layer links first and writes the
// manifest's link a moment later.
constexpr std::chrono::milliseconds kRequestInFlight(200);

}  // namespace

int lock_exclusively(int v2) {
  return ::flock(v2, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
}

Vigil::Vigil(int v2, const std::string& v2_path, const Inventory& scanned,
             StopRequest& stop)
    : v2_(v2), scanned_(scanned), stop_(stop), writes_(v2_path, scanned) {}

Change Vigil::changed_since_scan() {
  Change change = changed_since(scanned_, v2_, stop_);
  change.changed |= writes_.seen();
  return change;
}

Precautions Vigil::precautions() {
  return {[this] { return undisturbed(); },
          [this](const Plan& plan, const std::set<std::uint32_t>& failed) {
            return undisturbed_links(plan, failed);
          }};
}

bool Vigil::undisturbed() {
  if (!writes_.seen()) return true;
  stop_.request(StopReason::changed);
  return false;
}

// What a watch cannot see, such as another host's push, is in the links before
// it needs a blob. Looking costs as much as a scan of the repositories.
bool Vigil::undisturbed_links(const Plan& plan,
                              const std::set<std::uint32_t>& failed) {
  std::this_thread::sleep_for(kRequestInFlight);
  if (!undisturbed()) return false;
  if (writes_.complete()) return true;
  change_ = written_since(scanned_, plan, failed, v2_, stop_);
  if (change_.changed) stop_.request(StopReason::changed);
  return undisturbed();
}

std::optional<Finding> Vigil::disturbance() {
  const bool seen = writes_.seen();
  if (!seen && !change_.changed) return std::nullopt;
  Finding finding;
  finding.kind = FindingKind::tree_changed;
  finding.path = writes_.where();
  finding.repository = change_.repository;
  finding.detail =
      "somebody wrote while dregs was removing, so it stopped; an image pushed "
      "meanwhile may lack a layer: push it again";
  return finding;
}

std::vector<Finding> Vigil::limits() const {
  if (writes_.complete()) return {};
  Finding finding;
  finding.kind = FindingKind::incomplete_watch;
  finding.detail = writes_.reason() +
                   "; writes of others may go unnoticed for a while, so all "
                   "links are looked at once more before blobs go";
  return {finding};
}

Finding finding_for(const Change& change) {
  Finding finding;
  finding.kind = FindingKind::tree_changed;
  finding.repository = change.repository;
  finding.detail = "written to between marking and sweeping";
  return finding;
}

}  // namespace dregs
