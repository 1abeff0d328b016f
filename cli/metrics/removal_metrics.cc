#include "cli/metrics/removal_metrics.h"

#include <fmt/format.h>

#include "cli/metrics/gauges.h"
#include "cli/output/saved_files.h"
#include "gc/mark/policy.h"
#include "gc/saved/user_file.h"
#include "scanner/files/clock.h"

namespace dregs {
namespace {

Gauges::Samples removed_things(const RemovalReport& report) {
  std::uint64_t tags = 0;
  std::uint64_t manifests = 0;
  std::uint64_t repositories = 0;
  for (const RemovedThing& thing : report.removed)
    ++(!thing.tag.empty() ? tags : thing.digest ? manifests : repositories);
  return {{"tag", tags}, {"manifest", manifests}, {"repository", repositories}};
}

}  // namespace

std::string removal_metrics(const RemovalReport& report,
                            const std::string& command, std::int64_t now_ns,
                            const std::string& before) {
  const auto bytes = static_cast<double>(report.frees.value_or(0));
  const Gauges::Run run{command, now_ns / kSecond_ns, report.exit_code,
                        report.seconds, report.dry_run};
  const bool frees = report.collects && !report.dry_run;
  Gauges gauges(fmt::format("dregs_{}", command));
  gauges.add_run(run);
  gauges.add("freed_bytes", "What it freed; without --gc, nothing.",
             frees && report.trash.empty() ? bytes : 0);
  gauges.add("reclaimable_bytes",
             "What a run, or a gc after this one, would free.",
             frees ? 0 : bytes);
  gauges.add("removed", "What it removed, or would remove.", "kind",
             removed_things(report));
  gauges.add_findings(report.findings);
  gauges.add_last_success(run, before);
  return gauges.text();
}

void save_metrics(const OpenedStore& store, const std::string& file,
                  const std::string& command, RemovalReport& report) {
  if (file.empty()) return;
  save_beside_report(
      [&] {
        replace_file(
            removal_metrics(report, command, now_ns(), text_before(file)), file,
            store.root);
      },
      report.not_saved, report.exit_code);
}

}  // namespace dregs
