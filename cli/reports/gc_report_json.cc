// `dregs gc --json`: schema dregs.gc/1 (promises.md#json).
#include "cli/output/applied_plan.h"
#include "cli/output/json_document.h"
#include "cli/output/proof_report.h"
#include "cli/output/removal_list.h"
#include "cli/reports/gc_output.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

Json removals(const OpenedStore& store, const Survey& survey,
              const Plan& plan) {
  Json list = Json::array();
  for (const Removal& removal : plan.removals)
    list.push_back(to_json(listed(removal, store, survey.inventory)));
  return list;
}

Json with_kept(const Tally& tally) {
  return {{"total", tally.total},
          {"live", tally.live},
          {"removed", tally.removed},
          {"kept", tally.kept()}};
}

Json total_and_removed(const Tally& tally) {
  return {{"total", tally.total}, {"removed", tally.removed}};
}

}  // namespace

std::string to_json(const GcReport& report, const OpenedStore& store,
                    const Survey& survey, const Plan& plan, bool list) {
  Json document = json_document("dregs.gc/1", store);
  document["dry_run"] = report.dry_run;
  document["delete_untagged"] = report.delete_untagged;
  document["repositories"] = report.repositories;
  document["tags"] = report.tags;
  document["manifests"] = {{"total", report.manifests.total},
                           {"live", report.manifests.live},
                           {"removed", report.manifests.removed}};
  document["blobs"] = with_kept(report.blobs);
  document["bytes"] = with_kept(report.bytes);
  document["layer_links"] = total_and_removed(report.layer_links);
  document["tag_history"] = total_and_removed(report.tag_history);
  document["uploads"] = total_and_removed(report.uploads);
  document["uploads"]["bytes"] = report.upload_bytes_removed;
  document["temporary_files"] = {{"removed", report.temporary_files_removed}};
  document["folders"] = {{"removed", report.folders_removed}};
  const bool trashed = !report.trash.empty();
  document["bytes_freed"] = trashed ? 0 : report.bytes_freed;
  document["trash"] = nullptr;
  if (trashed)
    document["trash"] = {{"run", report.trash}, {"bytes", report.bytes_freed}};
  document["with_delete_untagged"] = nullptr;
  if (const auto& more = report.with_delete_untagged)
    document["with_delete_untagged"] = {{"manifests", more->manifests},
                                        {"blobs", more->blobs},
                                        {"bytes", more->bytes}};
  document["applied"] = to_json(report.applied, list);
  document["proof"] = to_json(report.look_back);
  document["plan"] = text_or_null(report.plan_file);
  document["error"] = text_or_null(report.not_saved);
  document["pinned"] = Json::array();
  for (const PinnedRepository& pinned : report.pinned)
    document["pinned"].push_back(
        {{"repository", utf8(pinned.name)}, {"reason", utf8(pinned.reason)}});
  document["refused"] = refusals_json(report.refusals);
  if (list) document["removals"] = removals(store, survey, plan);
  return finish_json(std::move(document), report.findings, store,
                     report.exit_code, report.seconds);
}

}  // namespace dregs
