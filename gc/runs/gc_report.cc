#include "gc/runs/gc_report.h"

#include <algorithm>

namespace dregs {
namespace {

std::uint64_t kept(const std::vector<bool>& marks) {
  return static_cast<std::uint64_t>(
      std::count(marks.begin(), marks.end(), true));
}

void count_repositories(const Survey& survey, const MarkSet& marks,
                        GcReport& report) {
  const std::vector<Repository>& all = survey.inventory.repositories;
  report.repositories = all.size();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const RepositoryMark& mark = marks.repositories[i];
    report.tags += all[i].tags.size();
    report.manifests.total += all[i].revisions.size();
    report.manifests.live += kept(mark.revisions);
    report.layer_links.total += all[i].layers.size() + all[i].aliases.size();
    report.layer_links.live += kept(mark.layers) + kept(mark.aliases);
    report.tag_history.total += all[i].history_entries;
    report.uploads.total += all[i].uploads.size();
  }
}

void count_blobs(const Survey& survey, const MarkSet& marks, GcReport& report) {
  const BlobTable& blobs = survey.inventory.blobs;
  report.blobs.total = blobs.size();
  for (BlobId id = 0; id < blobs.size(); ++id) {
    report.bytes.total += blobs[id].size;
    if (marks.live[id] == 0) continue;
    ++report.blobs.live;
    report.bytes.live += blobs[id].size;
  }
}

std::string reason_of(const std::vector<PinReason>& reasons) {
  std::string text;
  for (const PinReason& reason : reasons) {
    if (reason.kind == FindingKind::proxy_cache) continue;
    if (!text.empty()) text += "; ";
    text += to_string(reason.kind);
    if (!reason.detail.empty()) text += " " + reason.detail;
  }
  return text;
}

// A cache keeps what its links name by design, and is none the worse for it.
bool has_trouble(const std::vector<PinReason>& reasons) {
  return std::any_of(reasons.begin(), reasons.end(), [](const PinReason& why) {
    return why.kind != FindingKind::proxy_cache;
  });
}

}  // namespace

bool removed_files(const GcReport& report) {
  return report.tag_history.removed + report.manifests.removed +
             report.layer_links.removed + report.blobs.removed +
             report.uploads.removed + report.temporary_files_removed >
         0;
}

void count(const Survey& survey, const MarkSet& marks, GcReport& report) {
  count_repositories(survey, marks, report);
  count_blobs(survey, marks, report);
  const Pins& pins = survey.diagnosis.pins;
  for (std::size_t i = 0; i < pins.size(); ++i)
    if (has_trouble(pins[i]))
      report.pinned.push_back(
          {survey.inventory.repositories[i].name, reason_of(pins[i])});
  report.findings = survey.diagnosis.findings;
}

void add_removed(GcReport& report, const KindTotals& removed) {
  const auto of = [&](RemovalKind kind) -> const KindTotal& {
    return removed[static_cast<std::size_t>(kind)];
  };
  report.manifests.removed = of(RemovalKind::revision).count;
  report.blobs.removed = of(RemovalKind::blob).count;
  report.bytes.removed = of(RemovalKind::blob).bytes;
  report.layer_links.removed = of(RemovalKind::layer_link).count;
  report.tag_history.removed = of(RemovalKind::tag_history).count;
  report.uploads.removed = of(RemovalKind::upload).count;
  report.upload_bytes_removed = of(RemovalKind::upload).bytes;
  report.temporary_files_removed = of(RemovalKind::temporary).count;
  report.folders_removed = of(RemovalKind::folder).count;
  report.bytes_freed = report.bytes.removed + report.upload_bytes_removed +
                       of(RemovalKind::temporary).bytes;
}

}  // namespace dregs
