// `dregs ls`: schema dregs.ls/1 (promises.md#json), and tables for a person.
#include "cli/reports/ls_report.h"

#include <fmt/format.h>

#include "cli/output/image_words.h"
#include "cli/output/json_document.h"
#include "cli/output/print_findings.h"
#include "cli/terminal/table.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

Json tag_json(const ListedTag& tag) {
  Json json;
  json["repository"] = utf8(tag.repository);
  json["tag"] = text_or_null(tag.tag);
  json["digest"] = tag.digest ? Json(tag.digest->to_string()) : Json(nullptr);
  json["media_type"] = text_or_null(tag.image.media_type);
  json["artifact_type"] = text_or_null(tag.image.artifact_type);
  json["platforms"] = Json::array();
  for (const std::string& platform : tag.image.platforms)
    json["platforms"].push_back(utf8(platform));
  json["size"] = tag.image.size ? Json(*tag.image.size) : Json(nullptr);
  json["pushed"] =
      tag.pushed_ns ? Json(rfc3339(*tag.pushed_ns)) : Json(nullptr);
  json["pulled"] =
      tag.pulled_ns ? Json(rfc3339(*tag.pulled_ns)) : Json(nullptr);
  return json;
}

void print_repositories(const LsReport& report, const Palette& palette) {
  Table table({{"REPOSITORY", Table::Align::left, true},
               {"TAGS", Table::Align::right},
               {"MANIFESTS", Table::Align::right}});
  for (const ListedRepository& each : report.repositories)
    table.add(
        {escaped(each.name), grouped(each.tags), grouped(each.revisions)});
  table.print(palette);
}

// The repository stands before the tag only where there are several.
std::string name_of(const ListedTag& tag, bool several) {
  if (several)
    return escaped(tag.repository) +
           (tag.tag.empty() ? "" : ":" + escaped(tag.tag));
  return tag.tag.empty() ? "-" : escaped(tag.tag);
}

void print_tags(const LsReport& report, const Palette& palette) {
  bool several = false;
  for (const ListedTag& tag : report.tags)
    several |= tag.repository != report.tags.front().repository;
  std::vector<Table::Column> columns = {
      {several ? "IMAGE" : "TAG", Table::Align::left, true},
      {"DIGEST"},
      {"TYPE", Table::Align::left, true},
      {"PLATFORMS", Table::Align::left, true},
      {"SIZE", Table::Align::right},
      {"PUSHED"}};
  if (report.with_pulls) columns.push_back({"PULLED"});
  Table table(std::move(columns));
  for (const ListedTag& tag : report.tags) {
    std::vector<std::string> cells = {
        name_of(tag, several),
        tag.digest ? short_digest(*tag.digest) : "-",
        escaped(type_in_words(tag.image)),
        escaped(joined(tag.image.platforms)),
        tag.image.size ? human_bytes(*tag.image.size) : "-",
        tag.pushed_ns ? minute(*tag.pushed_ns) : "-"};
    if (report.with_pulls)
      cells.push_back(tag.pulled_ns ? minute(*tag.pulled_ns) : "-");
    table.add(std::move(cells));
  }
  table.print(palette);
}

Json revision_json(const ListedRevision& each) {
  const TagRevision& revision = each.revision;
  Json json;
  json["repository"] = utf8(each.repository);
  json["tag"] = utf8(each.tag);
  json["digest"] = revision.digest.to_string();
  json["pushed"] =
      revision.pushed_ns ? Json(rfc3339(*revision.pushed_ns)) : Json(nullptr);
  json["current"] = revision.current;
  json["linked"] = revision.linked;
  json["stored"] = revision.stored;
  return json;
}

std::string state_of(const TagRevision& revision) {
  if (revision.current) return "current";
  if (!revision.stored) return "gone";
  return revision.linked ? "can be pulled" : "deleted";
}

// Whole digests: they are what rollback takes.
void print_history(const std::vector<ListedRevision>& history,
                   const Palette& palette) {
  Table table(
      {{"IMAGE", Table::Align::left, true}, {"DIGEST"}, {"PUSHED"}, {"STATE"}});
  for (const ListedRevision& each : history)
    table.add({escaped(each.repository) + ":" + escaped(each.tag),
               each.revision.digest.to_string(),
               each.revision.pushed_ns ? minute(*each.revision.pushed_ns) : "-",
               state_of(each.revision)});
  table.print(palette);
}

}  // namespace

std::string to_json(const LsReport& report, const OpenedStore& store) {
  Json document = json_document("dregs.ls/1", store);
  if (report.names) document["names"] = texts(*report.names);
  if (report.history) {
    document["history"] = Json::array();
    for (const ListedRevision& each : *report.history)
      document["history"].push_back(revision_json(each));
  }
  if (report.with_tags) {
    document["tags"] = Json::array();
    for (const ListedTag& tag : report.tags)
      document["tags"].push_back(tag_json(tag));
  } else {
    document["repositories"] = Json::array();
    for (const ListedRepository& each : report.repositories)
      document["repositories"].push_back({{"name", utf8(each.name)},
                                          {"tags", each.tags},
                                          {"revisions", each.revisions}});
  }
  return finish_json(std::move(document), report.findings, store,
                     report.exit_code, report.seconds);
}

void print_text(const LsReport& report, const OpenedStore& store,
                const Palette& palette, bool verbose) {
  if (report.history)
    print_history(*report.history, palette);
  else if (!report.with_tags)
    print_repositories(report, palette);
  else
    print_tags(report, palette);
  print_findings(stdout, report.findings, store, palette, verbose);
}

}  // namespace dregs
