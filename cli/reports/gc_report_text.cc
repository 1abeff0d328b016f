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

// One line of the table; its last column is what stays though nothing needs it.
std::string row(std::string_view name, std::string_view total,
                std::string_view live, std::string_view removed,
                std::string_view held_back) {
  return fmt::format("  {:<13}{:>14}{:>14}{:>18}{:>17}\n", name, total, live,
                     removed, held_back);
}

// " (8 %)", or nothing where there is no part.
std::string share(std::uint64_t part, std::uint64_t total) {
  if (part == 0) return "";
  const auto percent = static_cast<std::uint64_t>(
      100 * static_cast<double>(part) / static_cast<double>(total));
  return percent == 0 ? " (<1 %)" : fmt::format(" ({} %)", percent);
}

using InWords = std::string (*)(std::uint64_t);

std::string row(std::string_view name, const Tally& tally, InWords in_words) {
  const auto with_share = [&](std::uint64_t part) {
    return in_words(part) + share(part, tally.total);
  };
  return row(name, in_words(tally.total), in_words(tally.live),
             with_share(tally.removed), with_share(tally.kept()));
}

// Of what is not counted as live.
std::string row_of_removed(std::string_view name, const Tally& tally) {
  if (tally.total == 0) return "";
  return row(name, grouped(tally.total), "",
             grouped(tally.removed) + share(tally.removed, tally.total), "");
}

void print_table(const GcReport& report, const Palette& palette) {
  const std::string head =
      row("", "total", "live", report.dry_run ? "would go" : "removed",
          "held back");
  fmt::print("{}\n", palette.faint(head.substr(0, head.size() - 1)));
  if (report.blobs.total > 0)
    fmt::print("{}", row("blobs", report.blobs, grouped));
  fmt::print("{}", row("bytes", report.bytes, human_bytes));
  if (report.manifests.total > 0)
    fmt::print("{}", row("manifests", report.manifests, grouped));
  fmt::print("{}{}{}", row_of_removed("layer links", report.layer_links),
             row_of_removed("tag history", report.tag_history),
             row_of_removed("uploads", report.uploads));
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
