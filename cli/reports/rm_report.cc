// `dregs rm`: schema dregs.rm/1 (promises.md#json), and words for a person.
#include "cli/reports/rm_report.h"

#include <fmt/format.h>

#include "cli/output/image_words.h"
#include "cli/output/json_document.h"
#include "cli/output/print_findings.h"
#include "cli/output/proof_report.h"
#include "cli/output/removal_list.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

std::string in_words(const RemovedThing& thing) {
  const std::string name = escaped(thing.repository);
  if (!thing.tag.empty())
    return name + ":" + escaped(thing.tag) +
           (thing.digest ? " (" + short_digest(*thing.digest) + ")" : "");
  return thing.digest ? name + "@" + thing.digest->to_string()
                      : "repository " + name;
}

std::string conclusion(const RemovalReport& report) {
  if (report.exit_code == ExitCode::refused)
    return "Refused: nothing was removed.";
  const std::string bytes = human_bytes(report.frees.value_or(0));
  if (report.dry_run)
    return report.collects
               ? fmt::format("A run would free {}. Nothing was removed.", bytes)
               : fmt::format("gc would then free {} more. Nothing was removed.",
                             bytes);
  if (report.exit_code != ExitCode::done &&
      report.exit_code != ExitCode::problems)
    return stopped_part_way(report);
  if (!report.trash.empty())
    return fmt::format("Moved to the trash as {}; dregs trash empty frees it.",
                       report.trash);
  if (report.collects)
    return fmt::format("Freed {} in {:.1f} s.", bytes, report.seconds);
  return fmt::format("gc would now free {} more.", bytes);
}

}  // namespace

std::string stopped_part_way(const RemovalReport& report) {
  const bool moved = !report.trash.empty() && !report.removed.empty();
  return fmt::format(
      "Stopped part way{}. What is left is sound; run again to finish.",
      moved ? "; what went moved to the trash as " + report.trash : "");
}

std::string finish_json(Json document, const RemovalReport& report,
                        const OpenedStore& store) {
  document["trash"] = text_or_null(report.trash);
  document["frees"] = report.frees ? Json(*report.frees) : Json(nullptr);
  document["proof"] = to_json(report.look_back);
  if (report.removals) {
    document["removals"] = Json::array();
    for (const ListedRemoval& removal : *report.removals)
      document["removals"].push_back(to_json(removal));
  }
  document["error"] = text_or_null(report.not_saved);
  document["refused"] = refusals_json(report.refusals);
  return finish_json(std::move(document), report.findings, store,
                     report.exit_code, report.seconds);
}

std::string to_json(const RemovalReport& report, const OpenedStore& store) {
  Json document = json_document("dregs.rm/1", store);
  document["dry_run"] = report.dry_run;
  document["gc"] = report.collects;
  document["removed"] = Json::array();
  for (const RemovedThing& thing : report.removed)
    document["removed"].push_back(
        {{"repository", utf8(thing.repository)},
         {"tag", text_or_null(thing.tag)},
         {"digest",
          thing.digest ? Json(thing.digest->to_string()) : Json(nullptr)}});
  document["kept"] = Json::array();
  for (const StayingManifest& each : report.kept)
    document["kept"].push_back({{"repository", utf8(each.repository)},
                                {"digest", each.digest.to_string()},
                                {"reason", each.reason}});
  return finish_json(std::move(document), report, store);
}

void print_text(const RemovalReport& report, const OpenedStore& store,
                const Palette& palette, bool verbose) {
  for (const RemovedThing& thing : report.removed)
    fmt::print("{} {}\n", report.dry_run ? "would remove" : "removed",
               in_words(thing));
  for (const StayingManifest& each : report.kept)
    fmt::print("stays {}@{}: {}\n", escaped(each.repository),
               each.digest.to_string(), each.reason);
  if (report.removals)
    for (const ListedRemoval& removal : *report.removals) print_listed(removal);
  fmt::print("{}\n", palette.strong(conclusion(report)));
  if (report.look_back) print_text(*report.look_back);
  print_findings(stdout, report.findings, store, palette, verbose);
}

}  // namespace dregs
