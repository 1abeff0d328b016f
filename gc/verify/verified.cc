#include "gc/verify/verified.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "gc/mark/needed_by.h"
#include "gc/mark/policy.h"
#include "gc/verify/unsound_findings.h"
#include "gc/verify/wrong_sizes.h"
#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {

using BlobState = UnsoundBlob::State;

bool says_missing(const Finding& finding) {
  return finding.kind == FindingKind::missing_blob ||
         finding.kind == FindingKind::missing_manifest ||
         finding.kind == FindingKind::dangling_tag;
}

// A repository whose first image is on its way: the layers come first, the
// manifest last.
constexpr std::int64_t kLongestPush_ns = 24 * 3600 * kSecond_ns;

bool is_first_push(const Finding& finding, const StoreReader& store,
                   std::int64_t now_ns) {
  if (finding.kind != FindingKind::manifests_missing) return false;
  const auto linked = store.modified_time(layout::layers(finding.repository));
  return linked && *linked > now_ns - kLongestPush_ns;
}

std::uint64_t count_missing(const std::vector<Finding>& findings) {
  std::set<std::string> digests;
  std::uint64_t not_told_singly = 0;
  for (const Finding& finding : findings)
    if (says_missing(finding) && digests.insert(finding.digest).second)
      not_told_singly += finding.count - 1;
  return digests.size() + not_told_singly;
}

void add_covered(const std::vector<std::string>& images,
                 const VerifyScope& scope, std::vector<std::string>& to) {
  std::copy_if(images.begin(), images.end(), std::back_inserter(to),
               [&](const std::string& image) { return scope.covers(image); });
}

void add_images(const Finding& finding, const HurtImages& hurt,
                const VerifyScope& scope, Verified& verified) {
  add_covered(hurt.tags, scope, verified.broken_tags);
  add_covered(hurt.revisions, scope, verified.broken_revisions);
  add_covered(finding.needed_by, scope, verified.to_push);
}

// Adds the findings that concern the request, and the images that they break.
void add_findings(const Seen& seen, const VerifyScope& scope,
                  const StoreReader& store, Verified& verified) {
  const Survey& survey = seen.survey;
  std::vector<Finding> all = findings_of(seen.unsound, survey, store);
  const std::size_t own = all.size();
  add_others(seen.findings, all);
  const std::size_t surveyed = all.size();
  // Of what was not read nobody knows whether it is sound.
  if (verified.complete)
    append(all, wrong_size_findings(survey, scope, seen.unsound));
  const std::vector<HurtImages> hurt =
      hurt_by(survey.inventory, survey.graph, all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool wanted = i < own        ? true
                        : i < surveyed ? scope.covers(all[i], hurt[i])
                                       : scope.concerns(all[i], hurt[i]);
    if (!wanted) continue;
    if (is_first_push(all[i], store, survey.inventory.started_ns)) continue;
    verified.findings.push_back(all[i]);
    if (breaks_images(all[i])) add_images(all[i], hurt[i], scope, verified);
  }
}

}  // namespace

Verified verified_by(const Seen& seen, const VerifyRequest& request,
                     const StoreReader& store, bool complete) {
  const VerifyScope scope(seen.survey, request);
  Verified verified;
  verified.blobs = seen.blobs;
  verified.bytes = seen.bytes;
  verified.by_checksum = seen.by_checksum;
  verified.tags = scope.tags();
  verified.revisions = scope.revisions();
  verified.complete = complete;
  verified.parts = seen.survey.inventory.parts;
  for (const UnsoundBlob& blob : seen.unsound) {
    verified.corrupt += blob.state == BlobState::wrong ? 1 : 0;
    verified.unreadable += blob.state == BlobState::unreadable ? 1 : 0;
  }
  add_findings(seen, scope, store, verified);
  sort_unique(verified.broken_tags);
  sort_unique(verified.broken_revisions);
  sort_unique(verified.to_push);
  verified.missing = count_missing(verified.findings);
  sort_findings(verified.findings);
  return verified;
}

}  // namespace dregs
