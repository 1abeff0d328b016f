#include "gc/mark/repository_findings.h"

#include "gc/mark/manifest_problem.h"
#include "scanner/formats/layout.h"

namespace dregs {

Finding& RepositoryFindings::note(FindingKind kind, std::string digest,
                                  std::string path, std::string detail) {
  Finding finding;
  finding.kind = kind;
  finding.repository = repository_;
  finding.path =
      path.empty() ? layout::repository(repository_) : std::move(path);
  finding.digest = std::move(digest);
  finding.detail = std::move(detail);
  return findings_.emplace_back(std::move(finding));
}

Finding& RepositoryFindings::pin(FindingKind kind, std::string digest,
                                 std::string path, std::string detail) {
  pins_.push_back({kind, digest});
  Finding& finding =
      note(kind, std::move(digest), std::move(path), std::move(detail));
  finding.pins = true;
  return finding;
}

void RepositoryFindings::report_part(FindingKind kind, std::string digest,
                                     std::string path, std::string detail,
                                     bool pins) {
  if (++told_[kind] > kMostOfAKind) return;
  if (pins)
    pin(kind, std::move(digest), std::move(path), std::move(detail));
  else
    note(kind, std::move(digest), std::move(path), std::move(detail));
}

void RepositoryFindings::note_part(FindingKind kind, std::string digest,
                                   std::string path, std::string detail) {
  report_part(kind, std::move(digest), std::move(path), std::move(detail),
              false);
}

void RepositoryFindings::pin_part(FindingKind kind, std::string digest,
                                  std::string path, std::string detail) {
  report_part(kind, std::move(digest), std::move(path), std::move(detail),
              true);
}

std::vector<std::pair<FindingKind, std::size_t>>
RepositoryFindings::take_left_out() {
  std::vector<std::pair<FindingKind, std::size_t>> left_out;
  for (const auto& [kind, count] : told_)
    if (count > kMostOfAKind) left_out.emplace_back(kind, count - kMostOfAKind);
  told_.clear();
  return left_out;
}

}  // namespace dregs
