#include "gc/survey/complete_survey.h"

#include "gc/mark/orphaned_layers.h"
#include "scanner/formats/append.h"

namespace dregs {
namespace {

void add(FindingKind kind, std::string path, std::string detail,
         std::vector<Finding>& findings) {
  Finding finding;
  finding.kind = kind;
  finding.path = std::move(path);
  finding.detail = std::move(detail);
  findings.push_back(std::move(finding));
}

// What is wrong with, or special about, the store as a whole.
void judge_store(const Surroundings& around, const Inventory& inventory,
                 std::vector<Finding>& findings) {
  if (around.database_in_use)
    add(FindingKind::database_in_use, "../lockfiles/database-in-use",
        "GitLab keeps this registry's metadata in a database", findings);
  if (around.proxy_cache)
    add(FindingKind::proxy_cache, "",
        "a pull-through cache: what is missing is fetched again; all that "
        "links name is kept, unless --delete-untagged comes with "
        "--allow-proxy-cache, or dregs cache makes room",
        findings);
  if (!inventory.repositories_found && inventory.blobs.size() > 0)
    add(FindingKind::repositories_missing, "repositories",
        "missing, so every blob looks like garbage", findings);
  if (!inventory.blobs_found && !inventory.repositories.empty())
    add(FindingKind::blobs_missing, "blobs",
        "missing, though there are repositories", findings);
}

}  // namespace

void complete_survey(const ManifestSource& source, const StopRequest& stop,
                     ManifestProgress& progress, Survey& survey) {
  survey.graph =
      read_manifests(source, survey.inventory, stop, progress,
                     [&](const ManifestGraph& so_far) {
                       return orphaned_layers(survey.inventory, so_far);
                     });
  if (stop.requested()) return;
  append(survey.inventory.obstacles, survey.graph.obstacles());
  // Beyond this point nothing in the inventory changes.
  survey.diagnosis =
      diagnose(survey.inventory, survey.graph, survey.surroundings.proxy_cache);
  judge_store(survey.surroundings, survey.inventory, survey.diagnosis.findings);
  sort_findings(survey.diagnosis.findings);
}

}  // namespace dregs
