// `dregs rm`: schema dregs.rm/1 (contract.md), and words for a person.
#include "cli/rm_report.h"

#include <fmt/format.h>

#include "cli/image_words.h"
#include "cli/json_document.h"
#include "cli/print_findings.h"
#include "cli/text.h"
#include "scanner/layout.h"

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

std::string conclusion(const RmReport& report) {
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
    return "Stopped part way. What is left is sound; run again to finish.";
  if (!report.trash.empty())
    return fmt::format("Moved to the trash as {}; dregs trash empty frees it.",
                       report.trash);
  if (report.collects)
    return fmt::format("Freed {} in {:.1f} s.", bytes, report.seconds);
  return fmt::format("gc would now free {} more.", bytes);
}

}  // namespace

std::vector<RemovedThing> what_goes(const Inventory& inventory,
                                    const RequestedRemoval& request) {
  std::vector<RemovedThing> things;
  for (const auto& [i, parts] : request) {
    const Repository& repository = inventory.repositories[i];
    const std::string& name = repository.name;
    if (parts.whole) {
      things.push_back(
          {name, "", std::nullopt,
           layout::repository(name) + "/" + std::string(layout::kManifests)});
      continue;
    }
    for (const std::uint32_t t : parts.tags)
      things.push_back({name, repository.tags[t].name,
                        repository.tags[t].current,
                        layout::tag(name, repository.tags[t].name)});
    for (const Digest& digest : parts.manifests)
      things.push_back({name, "", digest, layout::revision(name, digest)});
  }
  return things;
}

std::string to_json(const RmReport& report, const OpenedStore& store) {
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
  document["trash"] = text_or_null(report.trash);
  document["frees"] = report.frees ? Json(*report.frees) : Json(nullptr);
  document["proof"] = to_json(report.look_back);
  if (report.removals) {
    document["removals"] = Json::array();
    for (const ListedRemoval& removal : *report.removals)
      document["removals"].push_back(to_json(removal));
  }
  document["refused"] = refusals_json(report.refusals);
  return finish_json(std::move(document), report.findings, store,
                     report.exit_code, report.seconds);
}

void print_text(const RmReport& report, const OpenedStore& store,
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
