#include "cli/reports/gc_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace dregs {
namespace {

constexpr std::string_view kLastSuccess =
    "dregs_gc_last_success_timestamp_seconds";

std::string gauge(std::string_view name, std::string_view help,
                  const std::string& samples) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n{2}", name, help,
                     samples);
}

std::string gauge(std::string_view name, std::string_view help, double value) {
  return gauge(name, help, fmt::format("{} {}\n", name, value));
}

std::string per_kind(const GcReport& report, std::string_view name) {
  std::string samples;
  const auto add = [&](std::string_view kind, std::uint64_t count) {
    samples += fmt::format("{}{{kind=\"{}\"}} {}\n", name, kind, count);
  };
  add("blob", report.blobs.removed);
  add("manifest", report.manifests.removed);
  add("layer_link", report.layer_links.removed);
  add("tag_history", report.tag_history.removed);
  add("upload", report.uploads.removed);
  add("temporary_file", report.temporary_files_removed);
  add("folder", report.folders_removed);
  return samples;
}

std::string per_severity(const GcReport& report, std::string_view name) {
  std::string samples;
  for (const Severity severity :
       {Severity::error, Severity::warning, Severity::note})
    samples += fmt::format(
        "{}{{severity=\"{}\"}} {}\n", name, to_string(severity),
        std::count_if(report.findings.begin(), report.findings.end(),
                      [&](const Finding& finding) {
                        return finding.severity() == severity;
                      }));
  return samples;
}

bool succeeded(const GcReport& report) {
  return !report.dry_run && (report.exit_code == ExitCode::done ||
                             report.exit_code == ExitCode::problems);
}

// "NAME VALUE\n" as it was; empty where there was none.
std::string last_success(const std::string& before) {
  const std::string line = "\n" + std::string(kLastSuccess) + " ";
  const std::size_t at = before.find(line);
  if (at == std::string::npos) return {};
  const std::size_t end = before.find('\n', at + 1);
  if (end == std::string::npos) return {};
  return before.substr(at + 1, end - at);
}

}  // namespace

std::string gc_metrics(const GcReport& report, std::int64_t now_ns,
                       const std::string& before) {
  const auto bytes = static_cast<double>(report.bytes_freed);
  const std::int64_t now = now_ns / kSecond_ns;
  constexpr std::string_view kRemoved = "dregs_gc_removed";
  constexpr std::string_view kFindings = "dregs_gc_findings";
  std::string text;
  text += gauge("dregs_gc_last_run_timestamp_seconds",
                "When dregs gc ran last.", static_cast<double>(now));
  text += gauge("dregs_gc_exit_code", "How the last run ended.",
                static_cast<double>(report.exit_code));
  text += gauge("dregs_gc_seconds", "How long it took.", report.seconds);
  text += gauge("dregs_gc_dry_run", "Whether it only looked.",
                report.dry_run ? 1 : 0);
  text += gauge("dregs_gc_freed_bytes", "What it freed.",
                report.dry_run || !report.trash.empty() ? 0 : bytes);
  text += gauge("dregs_gc_reclaimable_bytes",
                "What a run would free; of a run that removes, nothing.",
                report.dry_run ? bytes : 0);
  text += gauge(kRemoved, "What it removed, or would remove.",
                per_kind(report, kRemoved));
  text += gauge("dregs_gc_blobs", "Blobs before the run.",
                static_cast<double>(report.blobs.total));
  text += gauge("dregs_gc_blob_bytes", "Bytes of those.",
                static_cast<double>(report.bytes.total));
  text += gauge("dregs_gc_pinned_repositories",
                "Repositories kept whole for what is wrong in them.",
                static_cast<double>(report.pinned.size()));
  text += gauge(kFindings, "What is wrong, by severity.",
                per_severity(report, kFindings));
  const std::string success = succeeded(report)
                                  ? fmt::format("{} {}\n", kLastSuccess, now)
                                  : last_success(before);
  if (!success.empty())
    text += gauge(kLastSuccess, "When a run that removes ended well.", success);
  return text;
}

}  // namespace dregs
