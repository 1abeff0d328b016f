#include "cli/metrics/gc_metrics.h"

#include "cli/metrics/gauges.h"
#include "cli/output/saved_files.h"
#include "gc/mark/policy.h"
#include "gc/saved/user_file.h"

namespace dregs {
namespace {

Gauges::Samples removed_by_kind(const GcReport& report) {
  return {{"blob", report.blobs.removed},
          {"manifest", report.manifests.removed},
          {"layer_link", report.layer_links.removed},
          {"tag_history", report.tag_history.removed},
          {"upload", report.uploads.removed},
          {"temporary_file", report.temporary_files_removed},
          {"folder", report.folders_removed}};
}

// A dry run that found nothing to remove ends where a run would have.
Gauges::Run as_it_ended(Gauges::Run run, const GcReport& report) {
  run.dry_run &= removed_files(report);
  return run;
}

}  // namespace

std::string gc_metrics(const GcReport& report, std::int64_t now_ns,
                       const std::string& before) {
  const auto bytes = static_cast<double>(report.bytes_freed);
  const Gauges::Run run{"gc", now_ns / kSecond_ns, report.exit_code,
                        report.seconds, report.dry_run};
  Gauges gauges("dregs_gc");
  gauges.add_run(run);
  gauges.add("freed_bytes", "What it freed.",
             report.dry_run || !report.trash.empty() ? 0 : bytes);
  gauges.add("reclaimable_bytes",
             "What a run would free; of a run that removes, nothing.",
             report.dry_run ? bytes : 0);
  gauges.add("removed", "What it removed, or would remove.", "kind",
             removed_by_kind(report));
  gauges.add("blobs", "Blobs before the run.",
             static_cast<double>(report.blobs.total));
  gauges.add("blob_bytes", "Bytes of those.",
             static_cast<double>(report.bytes.total));
  gauges.add("pinned_repositories",
             "Repositories kept whole for what is wrong in them.",
             static_cast<double>(report.pinned.size()));
  gauges.add_findings(report.findings);
  gauges.add_last_success(as_it_ended(run, report), before);
  return gauges.text();
}

void save_metrics(const OpenedStore& store, const std::string& file,
                  std::int64_t now_ns, GcReport& report) {
  if (file.empty()) return;
  save_beside_report(
      [&] {
        replace_file(gc_metrics(report, now_ns, text_before(file)), file,
                     store.root);
      },
      report.not_saved, report.exit_code);
}

}  // namespace dregs
