#include "gc/verify/second_look.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace dregs {
namespace {

using BlobState = UnsoundBlob::State;

auto identity(const Finding& finding) {
  return std::tie(finding.kind, finding.path, finding.repository,
                  finding.digest);
}

bool same(const Finding& a, const Finding& b) {
  return identity(a) == identity(b);
}

bool earlier(const Finding& a, const Finding& b) {
  return identity(a) < identity(b);
}

bool is_among(const Finding& finding, const std::vector<Finding>& sorted) {
  const auto at =
      std::lower_bound(sorted.begin(), sorted.end(), finding, earlier);
  return at != sorted.end() && same(*at, finding);
}

// What is to be read by this survey and was not by the one before: a folder
// could not be listed then, or somebody pushed.
std::vector<BlobId> newly_named(const Survey& before, const Survey& now,
                                const VerifyRequest& request) {
  const VerifyScope named(now, request);
  const VerifyScope named_before(before, request);
  const std::vector<BlobId>& known = named_before.blobs();
  std::vector<BlobId> added;
  for (const BlobId id : named.blobs()) {
    const auto old =
        before.inventory.blobs.find(now.inventory.blobs[id].digest);
    if (!old || !std::binary_search(known.begin(), known.end(), *old))
      added.push_back(id);
  }
  return added;
}

// What a push writes while the store is listed may be seen in part; only what
// two surveys in a row saw is wrong. Returns whether they saw the same.
bool confirm_findings(const Survey& now, Seen& seen) {
  bool settled = true;
  std::vector<Finding> before = std::move(seen.survey.diagnosis.findings);
  std::sort(before.begin(), before.end(), earlier);
  seen.findings.clear();
  for (const Finding& finding : now.diagnosis.findings)
    if (finding.severity() == Severity::note || is_among(finding, before))
      seen.findings.push_back(finding);
    else
      settled = false;
  return settled;
}

// Not in the progress, which ended with the first reading.
HashedBlobs hash_uncounted(const LookMeans& means, const BlobTable& all,
                           std::vector<BlobId> wanted) {
  HashProgress uncounted;
  return means.store.hash_blobs(all, std::move(wanted), means.limit, means.stop,
                                uncounted);
}

// Reads what was doubted and what is `unread`. A blob that is gone by now is
// nobody's problem, unless the survey says whose. Returns whether nothing else
// is unsound now.
bool confirm_blobs(const LookMeans& means, std::vector<BlobId> unread,
                   Seen& seen) {
  const BlobTable& blobs = seen.survey.inventory.blobs;
  std::vector<BlobId> read_before;
  std::set<Digest> doubted;
  for (const UnsoundBlob& blob : seen.unsound) {
    doubted.insert(blob.digest);
    if (const auto id = blobs.find(blob.digest))
      (blob.state == BlobState::wrong ? read_before : unread).push_back(*id);
  }
  HashedBlobs again = hash_uncounted(means, blobs, std::move(read_before));
  const HashedBlobs first = hash_uncounted(means, blobs, std::move(unread));
  if (means.stop.requested()) return true;
  seen.blobs += first.blobs;
  seen.bytes += first.bytes;
  seen.by_checksum += first.by_checksum;
  again.add(first);
  seen.unsound = std::move(again.unsound);
  return std::none_of(seen.unsound.begin(), seen.unsound.end(),
                      [&](const UnsoundBlob& blob) {
                        return blob.state == BlobState::missing ||
                               !doubted.contains(blob.digest);
                      });
}

}  // namespace

bool look_once_more(const LookMeans& means, Seen& seen) {
  Survey now = means.take_survey(means.progress);
  if (means.stop.requested()) return true;
  std::vector<BlobId> unread = newly_named(seen.survey, now, means.request);
  const bool same_findings = confirm_findings(now, seen);
  seen.survey = std::move(now);
  const bool same_blobs = confirm_blobs(means, std::move(unread), seen);
  return same_findings && same_blobs;
}

}  // namespace dregs
