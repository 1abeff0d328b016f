#include "cli/output/print_findings.h"

#include <fmt/format.h>

#include <algorithm>

#include "gc/decide/refusal.h"
#include "scanner/formats/text.h"
#include "scanner/inventory/finding.h"

namespace dregs {
namespace {

constexpr std::size_t kShownWithoutVerbose = 10;
constexpr std::size_t kNamesShown = 3;

std::string needed_by(const Finding& finding, bool verbose) {
  std::string text;
  const std::size_t all = finding.needed_by.size();
  const std::size_t shown = verbose ? all : std::min(all, kNamesShown);
  for (std::size_t i = 0; i < shown; ++i)
    text += (i == 0 ? "" : ", ") + escaped(finding.needed_by[i]);
  if (shown < all) text += fmt::format(" and {} more", grouped(all - shown));
  return text;
}

void print_finding(std::FILE* to, const Finding& finding,
                   const OpenedStore& store, const Palette& palette,
                   bool verbose) {
  const std::string severity(to_string(finding.severity()));
  const bool error = finding.severity() == Severity::error;
  fmt::print(to, "  {} {}: {}\n",
             error ? palette.error(severity) : palette.warning(severity),
             palette.strong(std::string(to_string(finding.kind))),
             escaped(finding.detail));
  if (!finding.path.empty())
    fmt::print(to, "    {}\n", escaped(store.shown(finding.path)));
  if (!finding.needed_by.empty())
    fmt::print(to, "    hurts {}\n", needed_by(finding, verbose));
}

// What is to be done next, which a note behind --verbose would not tell.
bool is_duty(const Finding& finding) {
  return finding.kind == FindingKind::restart_registry ||
         finding.kind == FindingKind::flush_redis;
}

void print_duties(std::FILE* to, const std::vector<Finding>& findings,
                  const Palette& palette) {
  for (const Finding& finding : findings)
    if (is_duty(finding))
      fmt::print(to, "\n{}: {}\n",
                 palette.warning(std::string(to_string(finding.kind))),
                 escaped(finding.detail));
}

}  // namespace

void print_findings(std::FILE* to, const std::vector<Finding>& findings,
                    const OpenedStore& store, const Palette& palette,
                    bool verbose) {
  print_duties(to, findings, palette);
  std::vector<const Finding*> shown;
  std::size_t notes = 0;
  for (const Finding& finding : findings) {
    if (is_duty(finding)) continue;
    const bool note = finding.severity() == Severity::note;
    if (note) ++notes;
    if (!note || verbose) shown.push_back(&finding);
  }
  std::stable_sort(shown.begin(), shown.end(),
                   [](const Finding* a, const Finding* b) {
                     return a->severity() < b->severity();
                   });
  const std::size_t all = shown.size();
  if (!verbose && all > kShownWithoutVerbose)
    shown.resize(kShownWithoutVerbose);
  if (all > 0)
    fmt::print(to, "\n{}\n",
               palette.strong(counted(all, "problem", "problems")));
  for (const Finding* finding : shown)
    print_finding(to, *finding, store, palette, verbose);
  if (shown.size() < all)
    fmt::print(to, "  … and {} more; --verbose shows all\n",
               grouped(all - shown.size()));
  if (notes > 0 && !verbose)
    fmt::print(to, "{}\n",
               palette.faint(counted(notes, "note", "notes") +
                             "; --verbose shows them"));
}

void print_problems(const std::vector<Finding>& findings,
                    const OpenedStore& store) {
  for (const Finding& finding : findings)
    if (finding.severity() != Severity::note)
      fmt::print(stderr, "dregs: {} {}: {}: {}\n",
                 to_string(finding.severity()), to_string(finding.kind),
                 escaped(store.shown(finding.path)), escaped(finding.detail));
}

// fmt::print would throw where stderr cannot be written either.
void print_error(const std::string& message) {
  (void)std::fprintf(stderr, "dregs: %s\n", printable_lines(message).c_str());
}

void print_refusals(const std::vector<Refusal>& refusals) {
  for (const Refusal& refusal : refusals)
    fmt::print(stderr, "dregs: refused: {}\n  {}\n", printable(refusal.reason),
               printable(refusal.way_out));
}

}  // namespace dregs
