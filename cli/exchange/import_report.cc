#include "cli/exchange/import_report.h"

#include <fmt/format.h>

#include "cli/output/image_words.h"
#include "cli/output/json_document.h"
#include "cli/output/print_findings.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

Json tag_json(const ImportedTag& tag) {
  return {
      {"repository", utf8(tag.repository)},
      {"tag", utf8(tag.tag)},
      {"digest", tag.digest.to_string()},
      {"before", tag.before ? Json(tag.before->to_string()) : Json(nullptr)}};
}

std::string instead_of(const ImportedTag& tag) {
  if (!tag.before) return "";
  return tag.before == tag.digest ? " as before"
                                  : " instead of " + short_digest(*tag.before);
}

std::string conclusion(const ImportReport& report) {
  if (!report.refusals.empty()) return "Refused: nothing was changed.";
  if (report.dry_run) return "Nothing was changed.";
  return report.written
             ? "All of it is in the registry."
             : "Not all of it was written; what was there is served as before. "
               "Run import again.";
}

}  // namespace

std::string to_json(const ImportReport& report, const OpenedStore& store) {
  Json document = json_document("dregs.import/1", store);
  document["from"] = utf8(report.from);
  document["dry_run"] = report.dry_run;
  document["written"] = report.written;
  document["tags"] = Json::array();
  for (const ImportedTag& tag : report.plan.tags)
    document["tags"].push_back(tag_json(tag));
  document["manifests"] = Json::array();
  for (const ImportedLink& link : report.plan.manifests)
    document["manifests"].push_back({{"repository", utf8(link.repository)},
                                     {"digest", link.digest.to_string()}});
  document["blobs"] = {{"missing", report.plan.blobs.size()},
                       {"bytes", report.plan.bytes},
                       {"there", report.plan.there}};
  document["links_written"] = report.outcome.links;
  document["error"] = text_or_null(report.outcome.error);
  document["refused"] = refusals_json(report.refusals);
  return finish_json(std::move(document), report.findings, store,
                     report.exit_code, report.seconds);
}

void print_text(const ImportReport& report, const OpenedStore& store,
                const Palette& palette, bool verbose) {
  const ImportPlan& plan = report.plan;
  for (const ImportedTag& tag : plan.tags)
    fmt::print("{}:{}  {}{}\n", escaped(tag.repository), escaped(tag.tag),
               short_digest(tag.digest), instead_of(tag));
  if (report.refusals.empty())
    fmt::print("{}, {}; {} that the registry lacks ({}), {} there already\n",
               counted(plan.tags.size(), "tag", "tags"),
               counted(plan.manifests.size(), "manifest", "manifests"),
               counted(plan.blobs.size(), "blob", "blobs"),
               human_bytes(plan.bytes), grouped(plan.there));
  fmt::print("{}\n", palette.strong(conclusion(report)));
  print_findings(stdout, report.findings, store, palette, verbose);
}

}  // namespace dregs
