#include "cli/status/status_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "scanner/formats/text.h"

namespace dregs {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::uint64_t count_of(const std::vector<Finding>& findings,
                       Severity severity) {
  return static_cast<std::uint64_t>(std::count_if(
      findings.begin(), findings.end(), [severity](const Finding& finding) {
        return finding.severity() == severity;
      }));
}

struct Aside {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::optional<std::int64_t> oldest_ns;
};

Aside sum_of(const std::vector<TrashedRun>& runs) {
  Aside sum;
  for (const TrashedRun& run : runs) {
    sum.files += run.files;
    sum.bytes += run.bytes;
    if (!sum.oldest_ns || run.changed_ns < *sum.oldest_ns)
      sum.oldest_ns = run.changed_ns;
  }
  return sum;
}

Json time_of_seconds(const std::optional<std::int64_t>& s) {
  return s ? Json(rfc3339(*s * kSecond)) : Json(nullptr);
}

Json runs_json(const std::optional<RunRecord>& record) {
  if (!record) return nullptr;
  Json list = Json::array();
  for (const RecordedRun& run : record->runs)
    list.push_back({{"command", run.command},
                    {"ended", time_of_seconds(run.ended_s)},
                    {"exit_code", run.exit_code},
                    {"seconds", run.seconds},
                    {"collected", run.collected},
                    {"bytes", run.bytes},
                    {"trash", text_or_null(run.trash)},
                    {"succeeded", time_of_seconds(run.succeeded_s)}});
  return list;
}

Json verified_json(const std::optional<VerifiedPart>& verified) {
  if (!verified) return nullptr;
  return {{"blobs", verified->blobs},
          {"bytes", verified->bytes},
          {"oldest", time_or_null(verified->oldest_ns)},
          {"newest", time_or_null(verified->newest_ns)}};
}

Json aside_json(const std::vector<TrashedRun>& runs) {
  const Aside sum = sum_of(runs);
  return {{"runs", runs.size()},
          {"files", sum.files},
          {"bytes", sum.bytes},
          {"oldest", time_or_null(sum.oldest_ns)}};
}

// "2 days ago"; a time of the future is "just now".
std::string ago(std::int64_t then_ns, std::int64_t now_ns) {
  const auto s = static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, now_ns - then_ns) / kSecond);
  if (s < 60) return "just now";
  if (s < 3600) return counted(s / 60, "minute", "minutes") + " ago";
  if (s < 48 * 3600) return counted(s / 3600, "hour", "hours") + " ago";
  return counted(s / 86'400, "day", "days") + " ago";
}

std::string outcome(const RecordedRun& run) {
  return run.exit_code == 0   ? "done"
         : run.exit_code == 1 ? "done, with errors"
         : run.exit_code == 3 ? "refused"
         : run.exit_code == 4 ? "stopped part way"
                              : fmt::format("exit code {}", run.exit_code);
}

// `did`: what it did with the bytes.
std::string in_words(const RecordedRun& run, std::string_view did,
                     std::int64_t now_ns) {
  std::string text = fmt::format(
      "{} ({}), dregs {}: {}", rfc3339(run.ended_s * kSecond),
      ago(run.ended_s * kSecond, now_ns), run.command, outcome(run));
  if (run.bytes > 0)
    text += fmt::format(", {} {}", human_bytes(run.bytes),
                        run.trash.empty() ? did : "to the trash");
  if (run.succeeded_s && *run.succeeded_s != run.ended_s)
    text += "; the last that was done: " + rfc3339(*run.succeeded_s * kSecond);
  return text;
}

std::string last(const StatusReport& report, const RecordedRun* run,
                 std::string_view did) {
  if (!report.record) return "not known; --record FILE names what runs wrote";
  return run == nullptr ? "none is recorded"
                        : in_words(*run, did, report.now_ns);
}

double percent(std::uint64_t part, std::uint64_t all) {
  return all == 0
             ? 100.0
             : 100.0 * static_cast<double>(part) / static_cast<double>(all);
}

std::string registry(const StatusReport& report) {
  return fmt::format("{}, {}, {} with {}",
                     counted(report.repositories, "repository", "repositories"),
                     counted(report.tags, "tag", "tags"),
                     counted(report.blobs, "blob", "blobs"),
                     human_bytes(report.bytes));
}

std::string frees(const StatusReport& report) {
  return fmt::format("{}; with --delete-untagged {}",
                     human_bytes(report.gc_frees),
                     human_bytes(report.gc_m_frees));
}

std::string verified(const StatusReport& report) {
  if (!report.verified)
    return "not known; --state FILE names what dregs verify keeps";
  const VerifiedPart& part = *report.verified;
  if (!part.oldest_ns) return "nothing";
  std::string text = fmt::format(
      "{:.1f} % of the bytes, since {} ({})", percent(part.bytes, report.bytes),
      rfc3339(*part.oldest_ns), ago(*part.oldest_ns, report.now_ns));
  if (part.blobs < report.blobs)
    text += fmt::format("; {} never",
                        counted(report.blobs - part.blobs, "blob", "blobs"));
  return text;
}

std::string aside(const std::vector<TrashedRun>& runs, std::int64_t now_ns) {
  const Aside sum = sum_of(runs);
  if (!sum.oldest_ns) return "nothing";
  return fmt::format(
      "{} of {}, {}; the oldest {} ({})", counted(sum.files, "file", "files"),
      counted(runs.size(), "run", "runs"), human_bytes(sum.bytes),
      rfc3339(*sum.oldest_ns), ago(*sum.oldest_ns, now_ns));
}

std::string findings(const StatusReport& report, const Palette& palette) {
  const std::uint64_t errors = count_of(report.findings, Severity::error);
  const std::uint64_t warnings = count_of(report.findings, Severity::warning);
  const std::uint64_t notes = count_of(report.findings, Severity::note);
  const std::string first = counted(errors, "error", "errors");
  const std::string second = counted(warnings, "warning", "warnings");
  return fmt::format(
      "{}, {}, {}{}", errors > 0 ? palette.error(first) : first,
      warnings > 0 ? palette.warning(second) : second,
      counted(notes, "note", "notes"),
      errors + warnings > 0 ? "; dregs gc --dry-run names them" : "");
}

std::string pinned(const std::vector<std::string>& names) {
  constexpr std::size_t kNamed = 3;
  if (names.empty()) return "no repository";
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(kNamed, names.size()); ++i)
    shown.push_back(escaped(names[i]));
  return fmt::format("{}: {}{}",
                     counted(names.size(), "repository", "repositories"),
                     fmt::join(shown, ", "), names.size() > kNamed ? " …" : "");
}

}  // namespace

std::string to_json(const StatusReport& report, const OpenedStore& store) {
  Json document = json_document("dregs.status/1", store);
  document["repositories"] = report.repositories;
  document["tags"] = report.tags;
  document["blobs"] = report.blobs;
  document["bytes"] = report.bytes;
  document["gc_frees"] = report.gc_frees;
  document["gc_m_frees"] = report.gc_m_frees;
  document["last_runs"] = runs_json(report.record);
  document["verified"] = verified_json(report.verified);
  document["trash"] = aside_json(report.trash);
  document["quarantine"] = aside_json(report.quarantine);
  document["counts"] = Json::object();
  for (const Severity severity :
       {Severity::error, Severity::warning, Severity::note})
    document["counts"][std::string(to_string(severity))] =
        count_of(report.findings, severity);
  document["pinned"] = texts(report.pinned);
  return finish_json(std::move(document), report.findings, store,
                     report.exit_code, report.seconds);
}

void print_text(const StatusReport& report, const Palette& palette) {
  const RecordedRun* collection = nullptr;
  const RecordedRun* retention = nullptr;
  const RecordedRun* verification = nullptr;
  if (report.record) {
    collection = last_collection(*report.record);
    retention = last_run(*report.record, "retain");
    verification = last_run(*report.record, "verify");
  }
  const std::vector<std::pair<std::string, std::string>> lines = {
      {"registry", registry(report)},
      {"last collection", last(report, collection, "freed")},
      {"last retention", last(report, retention, "freed")},
      {"last verification", last(report, verification, "read")},
      {"gc would free", frees(report)},
      {"verified", verified(report)},
      {"in the trash", aside(report.trash, report.now_ns)},
      {"in quarantine", aside(report.quarantine, report.now_ns)},
      {"findings", findings(report, palette)},
      {"pinned", pinned(report.pinned)}};
  for (const auto& [name, text] : lines) fmt::print("{:<18} {}\n", name, text);
}

}  // namespace dregs
