// `dregs du`: schema dregs.du/1 (promises.md#json), and tables for a person.
#include "cli/reports/du_report.h"

#include <fmt/format.h>

#include "cli/output/print_findings.h"
#include "cli/terminal/table.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

void add_usage(Json& json, const Usage& usage) {
  json["bytes"] = usage.total.bytes;
  json["shared"] = usage.shared.bytes;
  json["own"] = usage.own.bytes;
  json["disk"] = {{"bytes", usage.total.disk},
                  {"shared", usage.shared.disk},
                  {"own", usage.own.disk}};
}

Json tag_json(const TagUsage& tag) {
  Json json;
  json["repository"] = utf8(tag.repository);
  json["tag"] = utf8(tag.tag);
  json["digest"] = tag.digest ? Json(tag.digest->to_string()) : Json(nullptr);
  add_usage(json, tag.usage);
  return json;
}

std::vector<std::string> row(const std::string& name, const Usage& usage) {
  return {escaped(name), human_bytes(usage.total.bytes),
          human_bytes(usage.shared.bytes), human_bytes(usage.own.bytes),
          human_bytes(usage.own.disk)};
}

void print_table(const DuReport& report, const Palette& palette) {
  Table table({{report.by_tag ? "TAG" : "REPOSITORY", Table::Align::left, true},
               {"TOTAL", Table::Align::right},
               {"SHARED", Table::Align::right},
               {"OWN", Table::Align::right},
               {"OWN ON DISK", Table::Align::right}});
  if (report.by_tag)
    for (const TagUsage& tag : report.tags)
      table.add(row(tag.repository + ":" + tag.tag, tag.usage));
  else
    for (const RepositoryUsage& each : report.repositories)
      table.add(row(each.name, each.usage));
  table.print(palette);
  if (report.left_out > 0)
    fmt::print("… and {} more\n", grouped(report.left_out));
}

std::string with_disk(const Amount& amount) {
  return fmt::format("{} ({} on disk)", human_bytes(amount.bytes),
                     human_bytes(amount.disk));
}

void print_totals(const DuReport& report, const Palette& palette) {
  fmt::print("\n{}: {}, {} of it live\n",
             counted(report.all_repositories, "repository", "repositories"),
             with_disk(report.all), human_bytes(report.live.bytes));
  fmt::print("gc would free {}, gc --delete-untagged {}\n",
             with_disk(report.gc_frees), with_disk(report.gc_m_frees));
  if (report.what_if)
    fmt::print("{}\n",
               palette.strong(fmt::format(
                   "Removing {} would free {}",
                   report.what_if->repositories == 1
                       ? "this repository"
                       : fmt::format("these {} repositories together",
                                     grouped(report.what_if->repositories)),
                   with_disk(report.what_if->usage.own))));
  if (report.by_tag)
    fmt::print("{}\n", palette.faint("A tag's own is what removing it and then "
                                     "gc --delete-untagged would free."));
}

}  // namespace

Json totals_json(const DuReport& report) {
  Json json;
  json["bytes"] = report.all.bytes;
  json["live"] = report.live.bytes;
  json["gc_frees"] = report.gc_frees.bytes;
  json["gc_m_frees"] = report.gc_m_frees.bytes;
  json["disk"] = {{"bytes", report.all.disk},
                  {"live", report.live.disk},
                  {"gc_frees", report.gc_frees.disk},
                  {"gc_m_frees", report.gc_m_frees.disk}};
  return json;
}

std::string to_json(const DuReport& report, const OpenedStore& store) {
  Json document = json_document("dregs.du/1", store);
  document["repositories"] = Json::array();
  for (const RepositoryUsage& each : report.repositories) {
    Json json = {{"name", utf8(each.name)}};
    add_usage(json, each.usage);
    document["repositories"].push_back(std::move(json));
  }
  if (report.by_tag) {
    document["tags"] = Json::array();
    for (const TagUsage& tag : report.tags)
      document["tags"].push_back(tag_json(tag));
  }
  document["totals"] = totals_json(report);
  if (report.what_if) {
    Json json = {{"repositories", report.what_if->repositories},
                 {"frees", report.what_if->usage.own.bytes}};
    add_usage(json, report.what_if->usage);
    document["what_if"] = std::move(json);
  }
  return finish_json(std::move(document), report.findings, store,
                     report.exit_code, report.seconds);
}

void print_text(const DuReport& report, const OpenedStore& store,
                const Palette& palette, bool verbose) {
  print_table(report, palette);
  print_totals(report, palette);
  if (!report.page.empty()) fmt::print("Wrote {}\n", escaped(report.page));
  print_findings(stdout, report.findings, store, palette, verbose);
}

}  // namespace dregs
