#include "cli/metrics/gc_metrics.h"

#include "cli/metrics/gauges.h"
#include "gc/mark/policy.h"

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

bool succeeded(const GcReport& report) {
  return !report.dry_run && (report.exit_code == ExitCode::done ||
                             report.exit_code == ExitCode::problems);
}

}  // namespace

std::string gc_metrics(const GcReport& report, std::int64_t now_ns,
                       const std::string& before) {
  const auto bytes = static_cast<double>(report.bytes_freed);
  const std::int64_t now = now_ns / kSecond_ns;
  Gauges gauges("dregs_gc");
  gauges.add("last_run_timestamp_seconds", "When dregs gc ran last.",
             static_cast<double>(now));
  gauges.add("exit_code", "How the last run ended.",
             static_cast<double>(report.exit_code));
  gauges.add("seconds", "How long it took.", report.seconds);
  gauges.add("dry_run", "Whether it only looked.", report.dry_run ? 1 : 0);
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
  gauges.add_last_success(succeeded(report), now, before);
  return gauges.text();
}

}  // namespace dregs
