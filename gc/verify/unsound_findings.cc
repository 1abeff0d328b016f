#include "gc/verify/unsound_findings.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <set>
#include <string>

#include "gc/mark/needed_by.h"
#include "gc/verify/declared_sizes.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

using BlobState = UnsoundBlob::State;
using Sizes = std::map<Digest, std::uint64_t>;

std::string bytes(std::uint64_t size) {
  return std::to_string(size) + " bytes";
}

std::string describe(const UnsoundBlob& blob, const Sizes& sizes) {
  const auto declared = sizes.find(blob.digest);
  if (blob.state == BlobState::unreadable) return std::strerror(blob.error);
  return "expected " + blob.digest.to_string() +
         (declared == sizes.end() ? "" : " of " + bytes(declared->second)) +
         ", found " + blob.found.to_string() + " of " + bytes(blob.size);
}

FindingKind kind_of(const UnsoundBlob& blob, const Survey& survey) {
  const DigestId id = survey.graph.find(survey.inventory, blob.digest);
  const ManifestNode* node = id == kNoDigest ? nullptr : survey.graph.node(id);
  const bool manifest = node != nullptr && node->state != ManifestState::opaque;
  if (blob.state == BlobState::unreadable)
    return manifest ? FindingKind::unreadable_manifest
                    : FindingKind::unreadable_file;
  if (manifest) return FindingKind::corrupt_manifest;
  return blob.size == 0 ? FindingKind::empty_blob : FindingKind::corrupt_blob;
}

bool is_about_content(const Finding& finding) {
  switch (finding.kind) {
    case FindingKind::corrupt_manifest:
    case FindingKind::unreadable_manifest:
    case FindingKind::unreadable_file:
    case FindingKind::corrupt_blob:
    case FindingKind::empty_blob:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::vector<Finding> findings_of(const std::vector<UnsoundBlob>& unsound,
                                 const Survey& survey,
                                 const StoreReader& store) {
  std::vector<Digest> digests(unsound.size());
  std::transform(unsound.begin(), unsound.end(), digests.begin(),
                 [](const UnsoundBlob& blob) { return blob.digest; });
  const Sizes sizes =
      declared_sizes(store, survey.inventory, survey.graph, digests);
  std::vector<Finding> findings;
  for (const UnsoundBlob& blob : unsound) {
    if (blob.state == BlobState::missing) continue;
    Finding& finding = findings.emplace_back();
    finding.kind = kind_of(blob, survey);
    finding.path = layout::blob_data(blob.digest);
    finding.digest = blob.digest.to_string();
    finding.detail = describe(blob, sizes);
  }
  fill_needed_by(survey.inventory, survey.graph, findings);
  for (Finding& finding : findings)
    if (finding.needed_by.empty()) finding.detail += "; no image needs it";
  return findings;
}

void add_others(const std::vector<Finding>& surveyed,
                std::vector<Finding>& findings) {
  std::set<std::string> paths;
  for (const Finding& finding : findings) paths.insert(finding.path);
  std::copy_if(surveyed.begin(), surveyed.end(), std::back_inserter(findings),
               [&](const Finding& finding) {
                 return !is_about_content(finding) ||
                        !paths.contains(finding.path);
               });
}

}  // namespace dregs
