#include "gc/guard/write_watch.h"

#include <algorithm>

#include "scanner/formats/append.h"

namespace dregs {

const std::vector<RegistryProcess>& WriteWatch::look_for_newcomers() {
  if (ask_for_newcomers_) append(came_, ask_for_newcomers_());
  return came_;
}

bool any_may_write(const std::vector<RegistryProcess>& processes) {
  return std::any_of(
      processes.begin(), processes.end(),
      [](const RegistryProcess& process) { return !process.readonly; });
}

Finding finding_for(const Change& change) {
  Finding finding;
  finding.kind = FindingKind::tree_changed;
  finding.repository = change.repository;
  finding.detail = "written to between marking and sweeping";
  return finding;
}

Finding disturbed(const Change& change) {
  Finding finding = finding_for(change);
  finding.detail =
      "somebody wrote while dregs was removing, so it stopped; an image pushed "
      "meanwhile may lack a layer: push it again";
  return finding;
}

}  // namespace dregs
