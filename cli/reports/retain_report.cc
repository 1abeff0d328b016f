#include "cli/reports/retain_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/output/applied_plan.h"
#include "cli/output/image_words.h"
#include "cli/output/json_document.h"
#include "cli/output/print_findings.h"
#include "cli/output/proof_report.h"
#include "cli/output/removal_list.h"
#include "cli/reports/rm_report.h"
#include "cli/terminal/table.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

bool newest_first(const RetainedTag& a, const RetainedTag& b) {
  if (a.pushed != b.pushed) return a.pushed > b.pushed;
  return a.tag < b.tag;
}

Json time_or_null(const KnownTime& time) {
  return time ? Json(rfc3339(*time)) : Json(nullptr);
}

Json to_json(const RetainedTag& tag, const std::string& repository) {
  const TagDecision& decision = tag.decision;
  return {{"repository", utf8(repository)},
          {"tag", utf8(tag.tag)},
          {"digest", tag.digest ? Json(tag.digest->to_string()) : nullptr},
          {"decision", to_string(decision.fate)},
          {"removed", decision.goes},
          {"rule", decision.rule == 0 ? Json(nullptr) : Json(decision.rule)},
          {"reason", utf8(decision.reason)},
          {"pushed", time_or_null(tag.pushed)},
          {"created", time_or_null(tag.created)},
          {"pulled", time_or_null(decision.pulled)}};
}

Json to_json(const ManifestDecision& manifest, const std::string& repository) {
  return {{"repository", utf8(repository)},
          {"digest", manifest.digest.to_string()},
          {"decision", to_string(manifest.fate)},
          {"removed", manifest.goes},
          {"reason", utf8(manifest.reason)}};
}

std::string in_words(const RetainTotals& totals, bool done) {
  return fmt::format("{} {} and {} stay; {} {}",
                     counted(totals.tags_removed, "tag", "tags"),
                     done ? "went" : "would go", grouped(totals.tags_kept),
                     counted(totals.manifests_removed, "manifest", "manifests"),
                     done ? "went" : "would go");
}

// Says what the run frees, and whether it was done.
std::string conclusion(const RemovalReport& run, const std::string& what) {
  if (run.exit_code == ExitCode::refused)
    return fmt::format("{}. Refused: nothing was removed.", what);
  const std::string bytes = human_bytes(run.frees.value_or(0));
  if (run.dry_run)
    return run.collects
               ? fmt::format("{}. A run would free {}. Nothing was removed.",
                             what, bytes)
               : fmt::format(
                     "{}. gc would then free {} more. Nothing was "
                     "removed.",
                     what, bytes);
  if (run.exit_code != ExitCode::done && run.exit_code != ExitCode::problems)
    return fmt::format("{}. {}", what, stopped_part_way(run));
  if (!run.trash.empty() && !run.removed.empty())
    return fmt::format(
        "{}. Moved to the trash as {}; dregs trash empty frees "
        "it.",
        what, run.trash);
  return run.collects
             ? fmt::format("{}. Freed {} in {:.1f} s.", what, bytes,
                           run.seconds)
             : fmt::format("{}. gc would now free {} more.", what, bytes);
}

class RepositoryTable {
 public:
  explicit RepositoryTable(bool all) : all_(all) {}

  void print(const RetainedRepository& repository, const Palette& palette) {
    Table table({{"TAG", Table::Align::left, true},
                 {"PUSHED"},
                 {"DIGEST"},
                 {"DECISION"},
                 {"REASON", Table::Align::left, true}});
    std::set<Digest> shown;
    for (const RetainedTag& tag : repository.tags)
      if (all_ || tag.decision.goes) add(tag, table, shown);
    for (const ManifestDecision& manifest : repository.manifests)
      if (manifest.goes && !shown.contains(manifest.digest))
        table.add({"(untagged)", "", short_digest(manifest.digest),
                   std::string(to_string(manifest.fate)),
                   escaped(manifest.reason)});
    if (table.empty()) return;
    fmt::print("\n{}\n", palette.strong(escaped(repository.name)));
    table.print(palette);
  }

 private:
  static void add(const RetainedTag& tag, Table& table,
                  std::set<Digest>& shown) {
    table.add({escaped(tag.tag), tag.pushed ? minute(*tag.pushed) : "?",
               tag.digest ? short_digest(*tag.digest) : "?",
               std::string(to_string(tag.decision.fate)),
               escaped(tag.decision.reason)});
    if (tag.digest) shown.insert(*tag.digest);
  }

  bool all_;
};

}  // namespace

std::vector<RetainedRepository> retained(const RetentionDecision& decision,
                                         const StoreTimes& times,
                                         const Inventory& inventory) {
  std::vector<RetainedRepository> all;
  for (std::size_t i = 0; i < decision.size(); ++i) {
    if (!decision[i].considered) continue;
    const Repository& repository = inventory.repositories[i];
    RetainedRepository& one = all.emplace_back();
    one.position = i;
    one.name = repository.name;
    one.manifests = decision[i].manifests;
    one.tags.reserve(repository.tags.size());
    for (std::size_t t = 0; t < repository.tags.size(); ++t)
      one.tags.push_back({repository.tags[t].name, repository.tags[t].current,
                          time_at(times[i].pushed, t),
                          time_at(times[i].created, t), decision[i].tags[t]});
    std::sort(one.tags.begin(), one.tags.end(), newest_first);
  }
  return all;
}

RetainTotals totals_of(const RetainReport& report) {
  RetainTotals totals;
  std::uint64_t all_tags = 0;
  for (const RetainedRepository& repository : report.repositories) {
    all_tags += repository.tags.size();
    if (!report.run.dry_run) continue;
    for (const RetainedTag& tag : repository.tags)
      totals.tags_removed += tag.decision.goes ? 1 : 0;
    for (const ManifestDecision& manifest : repository.manifests)
      totals.manifests_removed += manifest.goes ? 1 : 0;
  }
  if (!report.run.dry_run)
    for (const RemovedThing& thing : report.run.removed)
      ++(thing.tag.empty() ? totals.manifests_removed : totals.tags_removed);
  totals.tags_kept = all_tags - totals.tags_removed;
  return totals;
}

std::string to_json(const RetainReport& report, const OpenedStore& store) {
  const RemovalReport& run = report.run;
  Json document = json_document("dregs.retain/1", store);
  document["dry_run"] = run.dry_run;
  document["gc"] = run.collects;
  document["tags"] = Json::array();
  document["manifests"] = Json::array();
  for (const RetainedRepository& repository : report.repositories) {
    for (const RetainedTag& tag : repository.tags)
      document["tags"].push_back(to_json(tag, repository.name));
    for (const ManifestDecision& manifest : repository.manifests)
      document["manifests"].push_back(to_json(manifest, repository.name));
  }
  const RetainTotals totals = totals_of(report);
  document["totals"] = {{"tags_kept", totals.tags_kept},
                        {"tags_removed", totals.tags_removed},
                        {"manifests_removed", totals.manifests_removed}};
  document["page"] = text_or_null(report.page);
  document["plan"] = text_or_null(report.plan_file);
  document["applied"] = to_json(run.applied, report.list);
  return finish_json(std::move(document), run, store);
}

void print_text(const RetainReport& report, const OpenedStore& store,
                const Palette& palette, bool verbose) {
  RepositoryTable table(report.list);
  for (const RetainedRepository& repository : report.repositories)
    table.print(repository, palette);
  if (report.run.removals) {
    fmt::print("\n");
    for (const ListedRemoval& removal : *report.run.removals)
      print_listed(removal);
  }
  const std::string what = in_words(totals_of(report), !report.run.dry_run);
  fmt::print("{}\n", palette.strong(conclusion(report.run, what)));
  if (report.run.applied) {
    print_applied(*report.run.applied, "what may go now");
    if (report.list) print_differences(*report.run.applied);
  }
  if (report.run.look_back) print_text(*report.run.look_back);
  if (!report.page.empty()) fmt::print("Wrote {}\n", escaped(report.page));
  if (!report.plan_file.empty())
    fmt::print("The plan is saved; dregs apply {} carries it out.\n",
               escaped(report.plan_file));
  print_findings(stdout, report.run.findings, store, palette, verbose);
}

}  // namespace dregs
