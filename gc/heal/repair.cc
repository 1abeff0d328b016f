#include "gc/heal/repair.h"

#include <set>
#include <string>

#include "scanner/formats/layout.h"
#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {

bool is_about_a_blob(FindingKind kind) {
  switch (kind) {
    case FindingKind::corrupt_blob:
    case FindingKind::empty_blob:
    case FindingKind::corrupt_manifest:
    case FindingKind::missing_blob:
    case FindingKind::missing_manifest:
    case FindingKind::dangling_tag:
      return true;
    default:
      return false;
  }
}

bool is_about_a_link(FindingKind kind) {
  return kind == FindingKind::bad_revision_link ||
         kind == FindingKind::bad_layer_link ||
         kind == FindingKind::mismatched_link;
}

// Where no server looks, or no server would have written it so, dregs writes
// nothing.
bool is_out_of_bounds(FindingKind kind) {
  return kind == FindingKind::hidden_repository ||
         kind == FindingKind::odd_repository_name;
}

}  // namespace

std::vector<Repair> repairable(const std::vector<Finding>& findings, bool blobs,
                               bool links) {
  std::set<std::string> out_of_bounds;
  for (const Finding& finding : findings)
    if (is_out_of_bounds(finding.kind))
      out_of_bounds.insert(finding.repository);
  std::vector<Repair> repairs;
  for (const Finding& finding : findings) {
    const auto digest = Digest::parse(finding.digest);
    if (!digest) continue;
    if (blobs && is_about_a_blob(finding.kind))
      repairs.push_back(
          {Repair::What::blob, layout::blob_data(*digest), *digest});
    if (links && is_about_a_link(finding.kind) &&
        !out_of_bounds.contains(finding.repository))
      repairs.push_back({Repair::What::link, finding.path, *digest});
  }
  sort_unique(repairs);
  return repairs;
}

}  // namespace dregs
