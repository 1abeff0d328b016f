// `dregs why`: who needs a blob, or since when nobody does.
#include <fmt/format.h>

#include <memory>

#include "cli/commands/commands.h"
#include "cli/output/delivery.h"
#include "cli/output/run_context.h"
#include "cli/reports/why_report.h"
#include "cli/terminal/signals.h"
#include "gc/context/stopped_early.h"
#include "gc/explain/image_findings.h"
#include "gc/explain/known_digests.h"
#include "gc/names/image_ref.h"
#include "gc/runs/shown_survey.h"
#include "gc/survey/take_survey.h"
#include "scanner/formats/append.h"
#include "scanner/formats/escaped.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

constexpr std::size_t kCandidatesShown = 20;

std::vector<Digest> candidates(const Survey& survey, const std::string& text) {
  if (const auto hex = parse_digest_prefix(text))
    return digests_beginning_with(*hex, survey.inventory, survey.graph);
  return digests_behind(text, survey.inventory);
}

Digest the_one(const Survey& survey, const std::string& text) {
  const std::vector<Digest> found = candidates(survey, text);
  if (found.empty())
    throw SelectionError("nothing here has, names or remembers the digest " +
                         escaped(text));
  if (found.size() == 1) return found.front();
  std::string message = "'" + escaped(text) + "' could be any of";
  for (std::size_t i = 0; i < std::min(found.size(), kCandidatesShown); ++i)
    message += "\n  " + found[i].to_string();
  if (found.size() > kCandidatesShown)
    message += fmt::format("\n  and {} more", found.size() - kCandidatesShown);
  throw SelectionError(message);
}

void check(const std::string& text) {
  const bool other = text.starts_with("sha384:") ||
                     text.starts_with("sha512:") || text.starts_with("tarsum");
  if (!other && !parse_digest_prefix(text))
    throw SelectionError(
        "'" + escaped(text) +
        "' is not a digest, nor the first 8 digits or more of one");
}

// A missing blob has no mark; only its paths tell.
bool has_tag_above(const PathsTo& paths) {
  return std::any_of(paths.paths.begin(), paths.paths.end(),
                     [](const NeedPath& path) {
                       return path.front().find('@') == std::string::npos;
                     });
}

bool survives_without_untagged(const Survey& survey, BlobId id) {
  Policy policy;
  policy.delete_untagged = true;
  policy.now_ns = survey.inventory.started_ns;
  const MarkSet marks =
      mark(survey.inventory, survey.graph, survey.diagnosis.pins, policy);
  return marks.live[id] != 0;
}

std::vector<std::string> pinned_by(const Survey& survey, const Traces& traces) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < survey.diagnosis.pins.size(); ++i) {
    const std::string& name = survey.inventory.repositories[i].name;
    if (!survey.diagnosis.pins[i].empty() &&
        std::binary_search(traces.layer_links.begin(), traces.layer_links.end(),
                           name))
      names.push_back(name);
  }
  return names;
}

WhyReport explain(const OpenedStore& store, const Survey& survey,
                  const Digest& digest) {
  WhyReport report;
  report.digest = digest;
  const DigestId id = survey.graph.find(survey.inventory, digest);
  if (id != kNoDigest)
    report.paths = paths_to(survey.inventory, survey.graph, id);
  if (const auto blob = survey.inventory.blobs.find(digest)) {
    report.blob = survey.inventory.blobs[*blob];
    report.tagged = survives_without_untagged(survey, *blob);
  } else {
    report.tagged = has_tag_above(report.paths);
  }
  report.traces = find_traces(store.reader(), survey.inventory, digest);
  report.pinned_by = pinned_by(survey, report.traces);
  for (const Finding& finding : survey.diagnosis.findings)
    if (finding.digest == digest.to_string())
      report.findings.push_back(finding);
  append(report.findings, survey.inventory.obstacles);
  sort_findings(report.findings);
  report.all_seen = survey.inventory.obstacles.empty();
  return report;
}

ExitCode run_why(const GlobalOptions& global, const std::string& text) {
  const Stopwatch stopwatch;
  StopRequest& stop = stop_on_signals();
  check(text);
  const OpenedStore store = open_store(global);
  const Survey survey =
      survey_with_progress(store, run_context(global).show, stop);
  if (stop.requested()) stop_early(stop, "");
  WhyReport report = explain(store, survey, the_one(survey, text));
  report.exit_code =
      has_problems(report.findings) ? ExitCode::problems : ExitCode::done;
  report.seconds = stopwatch.seconds();
  return deliver({store,
                  report.findings,
                  {},
                  report.exit_code,
                  [&] { return to_json(report, store); },
                  [&](const Palette& palette) {
                    print_text(report, store, palette, global.verbose);
                  }},
                 global);
}

}  // namespace

void add_why_command(CLI::App& app, Invocation& invocation) {
  const auto digest = std::make_shared<std::string>();
  CLI::App* why = app.add_subcommand(
      "why", "Show who needs a blob, or what made it garbage");
  why->add_option("DIGEST", *digest,
                  "A layer's, config's or manifest's digest, or its first 8 "
                  "digits or more")
      ->type_name("DIGEST")
      ->required();
  why->callback([&invocation, digest] {
    invocation.run = [digest](const GlobalOptions& global) {
      return run_why(global, *digest);
    };
  });
}

}  // namespace dregs
