#include "gc/verify/wrong_sizes.h"

#include <algorithm>
#include <map>
#include <set>

#include "gc/mark/manifest_problem.h"
#include "gc/mark/needed_by.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

Finding size_finding(const Survey& survey, DigestId manifest,
                     std::string detail) {
  const Digest* digest = survey.graph.digest(survey.inventory, manifest);
  Finding finding;
  finding.kind = FindingKind::wrong_size;
  finding.digest = survey.graph.name(survey.inventory, manifest);
  finding.path = digest != nullptr ? layout::blob_data(*digest)
                                   : layout::other_blob_data(finding.digest);
  finding.detail = std::move(detail);
  return finding;
}

Finding size_finding_of(const Survey& survey, const WrongSize& wrong) {
  const Blob& part = survey.inventory.blobs[wrong.part];
  return size_finding(
      survey, wrong.manifest,
      wrong_size_detail(wrong.declared, part.digest.to_string(), part.size));
}

Finding rest_finding(const Survey& survey, DigestId manifest,
                     std::size_t count) {
  Finding finding = size_finding(
      survey, manifest,
      rest_detail(count, survey.graph.name(survey.inventory, manifest)));
  finding.count = count;
  return finding;
}

}  // namespace

std::vector<Finding> wrong_size_findings(
    const Survey& survey, const VerifyScope& scope,
    const std::vector<UnsoundBlob>& unsound) {
  std::set<Digest> doubted;
  for (const UnsoundBlob& blob : unsound) doubted.insert(blob.digest);
  const auto is_sound = [&](DigestId id) {
    const Digest* digest = survey.graph.digest(survey.inventory, id);
    return digest == nullptr || !doubted.contains(*digest);
  };
  std::vector<Finding> findings;
  std::map<DigestId, std::size_t> told;  // by manifest
  for (const WrongSize& wrong : survey.graph.wrong_sizes()) {
    if (!std::ranges::binary_search(scope.blobs(), wrong.part) ||
        !is_sound(wrong.part) || !is_sound(wrong.manifest))
      continue;
    if (++told[wrong.manifest] <= kMostOfAKind)
      findings.push_back(size_finding_of(survey, wrong));
  }
  for (const auto& [manifest, count] : told)
    if (count > kMostOfAKind)
      findings.push_back(rest_finding(survey, manifest, count - kMostOfAKind));
  fill_needed_by(survey.inventory, survey.graph, findings);
  return findings;
}

}  // namespace dregs
