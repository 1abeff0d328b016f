#include "gc/explain/inspection_findings.h"

#include "gc/explain/image_findings.h"
#include "gc/mark/manifest_problem.h"
#include "scanner/formats/layout.h"

namespace dregs {

Finding& InspectionFindings::add(FindingKind kind,
                                 const std::string& digest_text,
                                 std::string detail) {
  Finding finding;
  finding.kind = kind;
  finding.repository = repository_;
  finding.digest = digest_text;
  finding.needed_by = {who_};
  finding.detail = std::move(detail);
  if (const auto digest = Digest::parse(digest_text))
    finding.path = kind == FindingKind::missing_layer_link
                       ? layout::link_in(layout::layer(repository_, *digest))
                       : layout::blob_data(*digest);
  return findings_.emplace_back(std::move(finding));
}

void InspectionFindings::add_manifest(const Digest& manifest,
                                      BlobContent::State state) {
  add_manifest_finding(repository_, manifest, state, who_, findings_);
}

void InspectionFindings::add_part(FindingKind kind, const Digest& parent,
                                  const std::string& digest,
                                  const std::string& detail) {
  if (++told_[{parent, kind}] <= kMostOfAKind) add(kind, digest, detail);
}

std::vector<Finding> InspectionFindings::take() {
  for (const auto& [about, count] : told_) {
    if (count <= kMostOfAKind) continue;
    const std::string parent = about.first.to_string();
    add(about.second, parent, rest_detail(count - kMostOfAKind, parent));
    findings_.back().count = count - kMostOfAKind;
  }
  sort_findings(findings_);
  return std::move(findings_);
}

}  // namespace dregs
