// `dregs gc` for a person, readable in ten seconds at 80 columns.
#include <fmt/format.h>

#include "cli/output/applied_plan.h"
#include "cli/output/print_findings.h"
#include "cli/output/proof_report.h"
#include "cli/output/removal_list.h"
#include "cli/reports/gc_output.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

void print_row(const char* name, const std::string& total,
               const std::string& live, const std::string& removed,
               const std::string& kept) {
  fmt::print("  {:<13}{:>14}{:>14}{:>14}{:>14}\n", name, total, live, removed,
             kept);
}

void print_tally(const char* name, const Tally& tally, bool has_live) {
  if (tally.total == 0) return;
  print_row(name, grouped(tally.total), has_live ? grouped(tally.live) : "",
            grouped(tally.removed), has_live ? grouped(tally.kept()) : "");
}

void print_table(const GcReport& report, const Palette& palette) {
  fmt::print("{}\n",
             palette.faint(fmt::format(
                 "  {:<13}{:>14}{:>14}{:>14}{:>14}", "", "total", "live",
                 report.dry_run ? "would go" : "removed", "kept")));
  print_tally("blobs", report.blobs, true);
  print_row("bytes", human_bytes(report.bytes.total),
            human_bytes(report.bytes.live), human_bytes(report.bytes.removed),
            human_bytes(report.bytes.kept()));
  print_tally("manifests", report.manifests, true);
  print_tally("layer links", report.layer_links, false);
  print_tally("tag history", report.tag_history, false);
  print_tally("uploads", report.uploads, false);
}

void print_removals(const OpenedStore& store, const Survey& survey,
                    const Plan& plan) {
  for (const Removal& removal : plan.removals)
    print_listed(listed(removal, store, survey.inventory));
  if (!plan.removals.empty()) fmt::print("\n");
}

std::string conclusion(const GcReport& report) {
  const std::string bytes = human_bytes(report.bytes_freed);
  if (!report.refusals.empty()) return "Refused: nothing was removed.";
  if (report.dry_run)
    return fmt::format("A run would free {}. Nothing was removed.", bytes);
  if (!report.trash.empty())
    return fmt::format(
        "Moved {} to the trash as {}; dregs trash empty frees them.", bytes,
        report.trash);
  if (report.exit_code == ExitCode::done ||
      report.exit_code == ExitCode::problems)
    return fmt::format("Freed {} in {:.1f} s.", bytes, report.seconds);
  return fmt::format(
      "Stopped part way after freeing {}. What is left is sound; run again to "
      "finish.",
      bytes);
}

void print_further(const GcReport& report) {
  const auto& more = report.with_delete_untagged;
  if (!more || more->manifests == 0) return;
  fmt::print("--delete-untagged would free {} more: {}, {}.\n",
             human_bytes(more->bytes),
             counted(more->manifests, "manifest", "manifests"),
             counted(more->blobs, "blob", "blobs"));
}

// What was refused at once has not been looked at, and nothing is known of it.
bool was_surveyed(const GcReport& report) {
  return report.refusals.empty() || report.repositories > 0 ||
         report.blobs.total > 0;
}

void print_pinned(const GcReport& report, bool verbose) {
  if (report.pinned.empty()) return;
  fmt::print("{} kept whole", counted(report.pinned.size(), "repository is",
                                      "repositories are"));
  constexpr std::size_t kShown = 5;
  const std::size_t shown =
      verbose ? report.pinned.size() : std::min(kShown, report.pinned.size());
  fmt::print(":\n");
  for (std::size_t i = 0; i < shown; ++i)
    fmt::print("  {}: {}\n", escaped(report.pinned[i].name),
               escaped(report.pinned[i].reason));
  if (shown < report.pinned.size())
    fmt::print("  … and {} more\n", report.pinned.size() - shown);
}

}  // namespace

void print_text(const GcReport& report, const OpenedStore& store,
                const Survey& survey, const Plan& plan, bool list,
                const Palette& palette, bool verbose) {
  if (was_surveyed(report)) {
    fmt::print("{}, {}\n\n",
               counted(report.repositories, "repository", "repositories"),
               counted(report.tags, "tag", "tags"));
    if (list) print_removals(store, survey, plan);
    if (list && report.applied) print_differences(*report.applied);
    print_table(report, palette);
    fmt::print("\n");
  }
  fmt::print("{}\n", palette.strong(conclusion(report)));
  if (report.applied) print_applied(*report.applied, "what is garbage now");
  print_further(report);
  if (report.look_back) print_text(*report.look_back);
  print_pinned(report, verbose);
  for (const std::string& sentence : report.advice)
    fmt::print("{}\n", sentence);
  print_findings(stdout, report.findings, store, palette, verbose);
  if (!report.plan_file.empty())
    fmt::print("The plan is saved; dregs apply {} carries it out.\n",
               escaped(report.plan_file));
}

}  // namespace dregs
