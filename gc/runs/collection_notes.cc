#include "gc/runs/collection_notes.h"

#include <fmt/format.h>

#include "gc/decide/first_push.h"
#include "gc/decide/renewed_times.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

std::string way_out(const FirstPush& push, const std::string& name,
                    const Policy& policy) {
  return fmt::format(
      "layers and no manifest, and nothing in it is younger than {} hours: a "
      "first push that was cut short; it holds {} that nothing else needs, and "
      "dregs rm {} --gc lets them go",
      policy.uploads_older_than_ns / (3600 * kSecond_ns),
      human_bytes(push.bytes), name);
}

void become(Finding& finding, const FirstPush& push, const Policy& policy) {
  finding.kind = push.cut_short ? FindingKind::abandoned_push
                                : FindingKind::unfinished_push;
  finding.pins = false;
  finding.detail =
      push.cut_short
          ? way_out(push, finding.repository, policy)
          : "layers and no manifest yet, as a first push leaves it until its "
            "manifest comes; all its layers are kept";
}

}  // namespace

void explain_first_pushes(const Survey& survey, const MarkSet& marks,
                          const Policy& policy, GcReport& report) {
  for (const FirstPush& push : first_pushes(survey, marks, policy)) {
    const std::string& name =
        survey.inventory.repositories[push.repository].name;
    std::erase_if(report.pinned, [&](const PinnedRepository& pinned) {
      return pinned.name == name;
    });
    for (Finding& finding : report.findings)
      if (finding.kind == FindingKind::manifests_missing &&
          finding.repository == name)
        become(finding, push, policy);
    if (push.cut_short)
      report.advice.push_back(escaped(name) + ": " +
                              way_out(push, name, policy) + ".");
  }
}

void explain_renewed_times(const Survey& survey, const KindTotals& planned,
                           const Policy& policy, GcReport& report) {
  const KindTotal kept = kept_by_renewed_times(survey, planned, policy);
  if (kept.count == 0) return;
  Finding finding;
  finding.kind = FindingKind::renewed_times;
  finding.detail = fmt::format(
      "{} with {} stay since their ctimes are new, though their contents are "
      "old: chown, a restore or Kubernetes' fsGroup renews every ctime; "
      "--age-by mtime goes by when they were written",
      counted(kept.count, "blob, upload or temporary file",
              "blobs, uploads and temporary files"),
      human_bytes(kept.bytes));
  report.advice.push_back(finding.detail + ".");
  report.findings.push_back(std::move(finding));
}

}  // namespace dregs
