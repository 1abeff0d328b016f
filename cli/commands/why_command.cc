// `dregs why`: who needs a blob, or since when nobody does; what an image
// needs.
#include <fmt/format.h>

#include <memory>

#include "cli/commands/commands.h"
#include "cli/output/delivery.h"
#include "cli/output/run_context.h"
#include "cli/reports/why_report.h"
#include "cli/terminal/signals.h"
#include "gc/context/stopped_early.h"
#include "gc/names/named_image.h"
#include "gc/needs/known_digests.h"
#include "gc/needs/needs_of_image.h"
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

bool is_digest(const std::string& text) {
  return text.starts_with("sha384:") || text.starts_with("sha512:") ||
         text.starts_with("tarsum") || parse_digest_prefix(text);
}

// Throws where `text` names neither a digest nor an image.
std::optional<ImageRef> image_asked_for(const std::string& text) {
  if (is_digest(text)) return std::nullopt;
  const ImageRef ref = parse_image_ref(text);
  if (ref.tag || ref.hex) return ref;
  throw SelectionError(
      "'" + escaped(text) +
      "' is not a digest, nor the first 8 digits or more of one, nor REPO:TAG");
}

// A missing blob has no mark; only its paths tell.
bool has_tag_above(const PathsTo& paths) {
  return std::any_of(paths.paths.begin(), paths.paths.end(),
                     [](const NeedPath& path) {
                       return path.front().find('@') == std::string::npos;
                     });
}

Policy without_untagged(const Survey& survey) {
  Policy policy;
  policy.delete_untagged = true;
  policy.now_ns = survey.inventory.started_ns;
  return policy;
}

bool survives_without_untagged(const Survey& survey, BlobId id) {
  const MarkSet marks = mark(survey.inventory, survey.graph,
                             survey.diagnosis.pins, without_untagged(survey));
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

void add_needs(WhyReport& report, const Survey& survey,
               const NamedImage& image) {
  report.image = image.text(survey.inventory);
  report.needs =
      needs_of_image(survey.inventory, survey.graph, survey.diagnosis.pins,
                     without_untagged(survey), image.repository, image.digest);
}

ExitCode run_why(const GlobalOptions& global, const std::string& text) {
  const Stopwatch stopwatch;
  StopRequest& stop = stop_on_signals();
  const std::optional<ImageRef> ref = image_asked_for(text);
  const OpenedStore store = open_store(global);
  const Survey survey =
      survey_with_progress(store, run_context(global).show, stop);
  if (stop.requested()) stop_early(stop, "");
  std::optional<NamedImage> image;
  if (ref) image = named_image(survey.inventory, *ref);
  WhyReport report =
      explain(store, survey, image ? image->digest : the_one(survey, text));
  if (image) add_needs(report, survey, *image);
  report.exit_code = exit_code_of_done(global.fail_on, report.findings,
                                       !report.pinned_by.empty());
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
      "why",
      "Show who needs a blob, or what made it garbage; of an image also what "
      "it needs");
  why->add_option("REF", *digest,
                  "REPO:TAG; or the digest of a layer, config or manifest, or "
                  "its first 8 digits or more")
      ->type_name("REF")
      ->required();
  why->callback([&invocation, digest] {
    invocation.run = [digest](const GlobalOptions& global) {
      return run_why(global, *digest);
    };
  });
}

}  // namespace dregs
